/** `holdfast types`. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { withSystemEnv } from '../../../framework/access/index.ts'
import { ConflictError } from '../../../framework/errors.ts'
import { describeApi, generateTypes, typesMark } from '../../../framework/rpc/index.ts'
import { homeVerb, option, type VerbArgs } from '../command/verb.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { recordOf } from './tenant/change.ts'

interface Typed {
  readonly tenant: string
  readonly models: number
  /** Null when the declarations were asked for on the screen. */
  readonly file: string | null
  readonly text: string | null
}

/** Writes the models of a database as TypeScript declarations. */
export const types = homeVerb<Typed>({
  name: 'types',
  summary: 'Write the models of a database as TypeScript declarations',
  details: `All models and fields, those that its administrators made (x_…) included: an interface per model for a record as it is
read, one for the values that are written, and Models, which names them all. Without --out they are printed.
'holdfast client' writes a whole client with the types of one user.`,
  arguments: [],
  options: {
    tenant: { value: 'NAME', isRequired: true, doc: 'name of the database' },
    out: { value: 'FILE', isPath: true, doc: 'file to write into' },
  },
  examples: ['holdfast types --tenant demo --out src/models.ts'],
  home: 'need',
  plan: async (hosting, args) => {
    const { models, file } = await made(hosting, args)
    return [`write ${models} models ${file === null ? 'on the screen' : `into ${file}`}`]
  },
  run: async (hosting, args) => {
    const { tenant, models, file, text } = await made(hosting, args)
    if (file === null) return { tenant, models, file, text }
    writeFileSync(file, text)
    return { tenant, models, file, text: null }
  },
  print: ({ models, file, text }, { green, bold }) =>
    text ?? `${green('✓')} ${models} models as types: ${bold(file ?? '')}`,
})

async function made(
  hosting: Hosting,
  args: VerbArgs,
): Promise<{ tenant: string; models: number; file: string | null; text: string }> {
  const { name } = recordOf(hosting.home, option(args, 'tenant') ?? '')
  const file = option(args, 'out') ?? null
  if (file !== null && existsSync(file) && !readFileSync(file, 'utf8').startsWith(typesMark))
    throw new ConflictError('ERR_TYPES_FILE', `${file} is a file of another kind; choose another name.`)
  const tenant = await hosting.tenants.open(name)
  const api = await withSystemEnv(tenant, 'platform.types', { mode: 'read' }, async (env) => describeApi(env))
  return { tenant: name, models: api.models.length, file, text: generateTypes(api) }
}
