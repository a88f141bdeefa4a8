import { connect } from 'node:net'
import { join } from 'node:path'
import { openPool } from '../../../../framework/sql/index.ts'
import type { DatabaseEndpoint } from '../../instances/engine.ts'
import { addressOf } from '../../lifecycle/context.ts'
import { ATTACKS, type Attack } from './attacks.ts'

/** A way in that must be closed: whom to claim to be, where. */
interface Door {
  readonly name: string
  readonly endpoint: DatabaseEndpoint
}

/**
 * Tries every attack of the table as one tenant's runtime role and returns the names of those that worked; `doctor` can
 * run it against a live tenant, for nothing of it changes anything where isolation holds.
 */
export async function probeIsolation(own: DatabaseEndpoint, other: DatabaseEndpoint): Promise<string[]> {
  const holes: string[] = []
  for (const door of doors(own, other)) if (await opens(door.endpoint)) holes.push(door.name)
  for (const [name, startup] of Object.entries(startups(own))) {
    if ((await firstAnswer(own, startup)) !== 'rejected') holes.push(name)
  }
  for (const attack of ATTACKS) if (await works(own, attack)) holes.push(attack.name)
  return holes
}

function doors(own: DatabaseEndpoint, other: DatabaseEndpoint): Door[] {
  return [
    { name: 'own credentials at another instance', endpoint: { ...own, socketDir: other.socketDir } },
    { name: 'connect to template1', endpoint: { ...own, database: 'template1' } },
    { name: 'connect as superuser with the own password', endpoint: { ...own, user: 'holdfast_admin' } },
    { name: 'connect as owner with the own password', endpoint: { ...own, user: 'holdfast_owner' } },
  ]
}

/** Startup packets that must be refused before a password is even asked for. */
function startups(own: DatabaseEndpoint): Record<string, Record<string, string>> {
  return {
    'template1 asks for a password': { user: own.user, database: 'template1' },
    'template0 asks for a password': { user: own.user, database: 'template0' },
    'replication asks for a password': { user: own.user, replication: 'true' },
    'logical replication of another database asks for a password': {
      user: own.user,
      database: 'template1',
      replication: 'database',
    },
    'an unknown role is told apart': { user: 'nobody_of_that_name', database: own.database },
  }
}

async function opens(endpoint: DatabaseEndpoint): Promise<boolean> {
  return works(endpoint, { name: 'connect', statements: [] })
}

async function works(endpoint: DatabaseEndpoint, attack: Attack): Promise<boolean> {
  const pool = openPool({ ...addressOf(endpoint), max: 1, statementTimeoutMs: 5_000 })
  try {
    const connection = await pool.connect()
    connection.release()
    for (const statement of attack.statements) await pool.query(statement, { prepared: false })
    return true
  } catch {
    return false
  } finally {
    await pool.close()
  }
}

/** Sends one startup packet (protocol 3.0) and tells how the server's first answer begins. */
function firstAnswer(
  endpoint: DatabaseEndpoint,
  parameters: Record<string, string>,
): Promise<'rejected' | 'asks' | 'closed'> {
  const words = Object.entries(parameters)
    .flat()
    .map((word) => `${word}\0`)
    .join('')
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from(`${words}\0`)])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return new Promise((resolve) => {
    const socket = connect(join(endpoint.socketDir, `.s.PGSQL.${endpoint.port}`))
    socket.once('connect', () => socket.write(Buffer.concat([length, body])))
    socket.once('data', (bytes) => {
      resolve(bytes[0] === 0x45 && isRuleRefusal(bytes) ? 'rejected' : 'asks')
      socket.destroy()
    })
    socket.once('error', () => resolve('closed')).once('close', () => resolve('closed'))
  })
}

/** 28000 from pg_hba: the same for every role and database; "does not exist" would tell them apart. */
function isRuleRefusal(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return text.includes('C28000\0') && !text.includes('does not exist')
}
