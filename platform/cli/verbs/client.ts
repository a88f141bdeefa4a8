/** `holdfast client`. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withEnv } from '../../../framework/access/index.ts'
import { ConflictError, MissingError } from '../../../framework/errors.ts'
import { type ClientFiles, clientMark, describeApi, generateClient } from '../../../framework/rpc/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { homeVerb, option, type VerbArgs } from '../command/verb.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { recordOf } from './tenant/change.ts'

interface Written {
  readonly tenant: string
  readonly user: string
  readonly models: number
  readonly files: readonly string[]
}

/** Writes a typed client of a database's API. */
export const client = homeVerb<Written>({
  name: 'client',
  summary: "Write a typed TypeScript client for a database's API",
  details: `Three files that need nothing else: import createClient from index.ts. The types are those of one user: models, fields
and methods that this user may not use are not in them. Make it anew after an installation or upgrade.`,
  arguments: [],
  options: {
    tenant: { value: 'NAME', isRequired: true, doc: 'name of the database' },
    out: { value: 'DIR', isPath: true, isRequired: true, doc: 'folder to write into; made where it is missing' },
    user: { value: 'LOGIN', doc: 'user whose key the client will have; default admin' },
  },
  examples: ['holdfast client --tenant demo --out src/holdfast'],
  home: 'need',
  plan: async (hosting, args) => {
    const { tenant, user, files } = await made(hosting, args)
    const folder = option(args, 'out') ?? ''
    checkFolder(folder, files)
    return [`write ${Object.keys(files).join(', ')} into ${folder}, for ${user} of ${tenant}`]
  },
  run: async (hosting, args) => {
    const { tenant, user, models, files } = await made(hosting, args)
    const folder = option(args, 'out') ?? ''
    checkFolder(folder, files)
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return { tenant, user, models, files: Object.keys(files).map((name) => join(folder, name)) }
  },
  print: ({ models, files }, { green, bold }) =>
    `${green('✓')} ${models} models as types, and a client for them: ${bold(files[0] ?? '')}`,
})

async function made(hosting: Hosting, args: VerbArgs) {
  const { name } = recordOf(hosting.home, option(args, 'tenant') ?? '')
  const login = option(args, 'user') ?? 'admin'
  const tenant = await hosting.tenants.open(name)
  const [user] = await tenant.pool.query<{ id: number }>(
    sql`SELECT id FROM res_users WHERE login = ${login} AND active AND id <> 1`,
  )
  if (user === undefined)
    throw new MissingError('ERR_AUTH_USER', `There is no active user '${login}' in this database.`)
  const api = await withEnv(tenant, user.id, { mode: 'read' }, async (env) => describeApi(env))
  return { tenant: name, user: login, models: api.models.length, files: generateClient(api) }
}

// A folder of somebody's own sources must not lose a file to ours.
function checkFolder(folder: string, files: ClientFiles): void {
  for (const name of Object.keys(files)) {
    const path = join(folder, name)
    if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(clientMark))
      throw new ConflictError('ERR_CLIENT_FOLDER', `${path} is a file of another kind; choose another folder.`)
  }
}
