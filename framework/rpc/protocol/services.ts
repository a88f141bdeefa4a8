/** The three services of the classic API, the same over JSON-RPC and XML-RPC: common, object, db. */

import { AccessDenied, AccessError, InvalidRequestError } from '../../errors.ts'
import { languageNames, type Tenant } from '../../access/index.ts'
import { isDictionary } from '../call/check-type.ts'
import { argumentsRefused } from '../call/refusal.ts'
import type { Caller } from '../directory.ts'
import { isApiKey } from '../../auth/index.ts'
import { credentialOf, type Gate, programOrigin, requestOf } from '../gate.ts'
import { admit, admitByMemory } from '../programs/admission.ts'

/** The release whose API we speak. */
export const version = {
  server_version: '19.0',
  server_version_info: [19, 0, 0, 'final', 0, ''],
  server_serie: '19.0',
  protocol_version: 1,
} as const

type Args = readonly unknown[]

/** The protocols that carry these services. */
export type Legacy = 'xml-rpc' | 'json-rpc'

const channels = { 'xml-rpc': 'XML-RPC', 'json-rpc': 'JSON-RPC' } as const

type Method = (gate: Gate, caller: Caller, args: Args, protocol: Legacy) => unknown | Promise<unknown>

/**
 * Runs a method of a service.
 * @throws InvalidRequestError for an unknown service, and for an unknown method
 */
export async function dispatch(
  gate: Gate,
  caller: Caller,
  protocol: Legacy,
  service: unknown,
  method: unknown,
  args: Args,
): Promise<unknown> {
  const methods = typeof service === 'string' ? services.get(service) : undefined
  if (methods === undefined)
    throw new InvalidRequestError('ERR_RPC_SERVICE', 'There is no such service.', { wireName: 'builtins.KeyError' })
  const run = typeof method === 'string' ? methods.get(method) : undefined
  if (service === 'object') requireCall(args)
  if (run === undefined)
    throw new InvalidRequestError('ERR_RPC_SERVICE_METHOD', 'Method not found.', { wireName: 'builtins.Exception' })
  return run(gate, caller, args, protocol)
}

async function login(gate: Gate, caller: Caller, args: Args, protocol: Legacy): Promise<number | false> {
  const [db, user, password] = args
  const tenant = await tenantNamed(caller, db)
  const policy = await gate.policyNow(tenant)
  admit(policy, protocol, password)
  if (typeof user !== 'string' || typeof password !== 'string' || user === '' || password === '') return false
  return (await gate.authenticate(tenant, user, password, programOrigin(caller, policy, channels[protocol]))) ?? false
}

async function executeKw(gate: Gate, caller: Caller, args: Args, protocol: Legacy): Promise<unknown> {
  const named = args[6]
  if (args.length > 7) throw argumentsRefused(`execute_kw takes at most 7 arguments, but ${args.length} were given.`)
  const positional = args[5] ?? []
  // Python spreads a text into its letters; that is never meant.
  if (!Array.isArray(positional)) throw argumentsRefused('The positional arguments must be a list.')
  if (named !== undefined && named !== null && named !== false && !isDictionary(named))
    throw argumentsRefused('The named arguments must be a dictionary.')
  return execute(gate, caller, args, protocol, positional, isDictionary(named) ? named : {})
}

async function execute(
  gate: Gate,
  caller: Caller,
  args: Args,
  protocol: Legacy,
  positional: Args,
  named: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const tenant = await tenantNamed(caller, args[0])
  const uid = toUid(args[1])
  const password = args[2]
  if (uid === null || typeof password !== 'string' || password === '') throw denied()
  const credential = credentialOf(tenant, async () => {
    const policy = await admitByMemory(gate, tenant, protocol, password)
    return gate.authenticateCall(tenant, uid, password, programOrigin(caller, policy, channels[protocol]))
  })
  if (!(await credential.check())) throw denied()
  gate.ledger.note(tenant, {
    protocol,
    credential: isApiKey(password) ? 'key' : 'password',
    uid,
    userAgent: caller.userAgent,
    model: args[3],
    method: args[4],
  })
  return gate.call(tenant, uid, args[3], args[4], positional, named, {
    signal: caller.signal,
    credential,
    origin: requestOf(caller, channels[protocol]),
  })
}

function requireCall(args: Args): void {
  if (args.length < 5)
    throw new InvalidRequestError(
      'ERR_RPC_ARGUMENTS_FEW',
      `Expected at least 5 arguments (database, user id, password, model, method), got ${args.length}.`,
    )
}

function toUid(value: unknown): number | null {
  const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= 2_147_483_647 ? number : null
}

/**
 * The tenant that a caller names; without a name the host's.
 * @param wireName the class that clients of this entry know for an unknown database
 * @throws AccessError ERR_RPC_DATABASE when there is none for this caller, whatever the reason
 */
export async function tenantNamed(
  caller: Caller,
  name: unknown,
  wireName: 'psycopg2.OperationalError' | 'odoo.exceptions.AccessError' = 'psycopg2.OperationalError',
): Promise<Tenant> {
  const tenant = typeof name === 'string' && name !== '' ? await caller.tenantNamed(name) : caller.hostTenant
  if (tenant === null) throw new AccessError('ERR_RPC_DATABASE', 'Database not found.', { wireName })
  return tenant
}

/** The one answer to wrong credentials. */
export function denied(): AccessDenied {
  return new AccessDenied('ERR_AUTH', 'Access Denied')
}

function exactly(count: number, names: string, run: Method): Method {
  return (gate, caller, args, protocol) => {
    if (args.length !== count) throw argumentsRefused(`Expected ${count} arguments (${names}), got ${args.length}.`)
    return run(gate, caller, args, protocol)
  }
}

const refuse: Method = () => {
  // Databases are made and dropped by the operator; there is no master password that could be guessed.
  throw denied()
}

const services: ReadonlyMap<string, ReadonlyMap<string, Method>> = new Map([
  [
    'common',
    new Map<string, Method>([
      ['version', () => version],
      ['about', (_gate, _caller, args) => (args[0] === true ? ['Holdfast', version.server_serie] : 'Holdfast')],
      ['login', exactly(3, 'database, login, password', login)],
      ['authenticate', exactly(4, 'database, login, password, user agent', login)],
    ]),
  ],
  [
    'object',
    new Map<string, Method>([
      ['execute_kw', executeKw],
      ['execute', (gate, caller, args, protocol) => execute(gate, caller, args, protocol, args.slice(5), {})],
    ]),
  ],
  [
    'db',
    new Map<string, Method>([
      ['list', (_gate, caller) => caller.names()],
      ['server_version', () => version.server_version],
      [
        'db_exist',
        async (_gate, caller, args) => typeof args[0] === 'string' && (await caller.names()).includes(args[0]),
      ],
      ['list_lang', () => languageNames],
      ...[
        'create_database',
        'duplicate_database',
        'drop',
        'dump',
        'restore',
        'rename',
        'change_admin_password',
        'migrate_databases',
        'list_countries',
      ].map((name) => [name, refuse] as const),
    ]),
  ],
])
