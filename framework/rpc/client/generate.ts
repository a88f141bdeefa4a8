/** The typed client of a user: the client itself, and her models as types. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiDescription, FieldDescription, MethodDescription, ModelDescription } from '../describe/describe.ts'
import type { ParamType } from '../../orm/index.ts'

/** How each file begins: what does not begin so was not made by us. */
export const clientMark = '// Made by `holdfast client`'

/** Text by file name. */
export type ClientFiles = Readonly<Record<'index.ts' | 'client.ts' | 'models.ts', string>>

/** The files, for the models, fields and methods of the description. */
export function generateClient(api: ApiDescription): ClientFiles {
  return {
    'index.ts': index,
    'client.ts': `${clientMark}.\n\n${readFileSync(join(import.meta.dirname, 'client.ts'), 'utf8')}`,
    'models.ts': models(api),
  }
}

const index = `${clientMark}.
import { type Client, type ClientOptions, connect } from './client.ts'
import type { Models } from './models.ts'

export * from './client.ts'
export type { Models } from './models.ts'

/** A client that knows the models of the database it was generated for. */
export function createClient(options: ClientOptions): Client<Models> {
  return connect<Models>(options)
}
`

function models(api: ApiDescription): string {
  return `${clientMark} from the models of a database; made anew when they change.
import type { Context } from './client.ts'

type Named = Readonly<Record<string, unknown>>
type Options = { readonly context?: Context }

/** Every model that the user of the key may use. */
export interface Models {
${api.models.map(model).join('')}}
`
}

function model({ name, title, fields, methods }: ModelDescription): string {
  const own = methods.filter(({ isBase }) => !isBase)
  return `${comment(title, 2)}  ${JSON.stringify(name)}: {
    fields: {
${fields.map(field).join('')}    }
    methods: {
${own.map(method).join('')}    }
  }
`
}

function field({ name, label, kind, comodel, selection, required, readable, writable }: FieldDescription): string {
  const parts = [
    `kind: ${JSON.stringify(kind)}`,
    ...(comodel === undefined ? [] : [`to: ${JSON.stringify(comodel)}`]),
    ...(selection === undefined ? [] : [`values: ${union(selection.map(([value]) => value))}`]),
    ...(required ? [] : ['empty: false']),
    `may: ${JSON.stringify(readable && writable ? 'both' : readable ? 'read' : 'write')}`,
  ]
  return `${comment(label, 6)}      ${JSON.stringify(name)}: { ${parts.join('; ')} }\n`
}

function method({ name, declared }: MethodDescription): string {
  const args = [
    ...(declared.on === 'records' ? ['readonly ids: readonly number[]'] : []),
    ...Object.entries(declared.params).map(
      ([param, type]) => `readonly ${JSON.stringify(param)}${type.optional ? '?' : ''}: ${types[type.kind]}`,
    ),
  ]
  return `${comment(declared.doc, 6)}      ${JSON.stringify(name)}: (args: { ${args.join('; ')} } & Options) => ${types[declared.returns.kind]}\n`
}

const types: Readonly<Record<ParamType['kind'], string>> = {
  domain: 'readonly unknown[]',
  values: 'Named',
  valuesList: 'Named | readonly Named[]',
  ids: 'readonly number[]',
  id: 'number',
  int: 'number',
  float: 'number',
  str: 'string',
  bool: 'boolean',
  strings: 'readonly string[]',
  json: 'unknown',
  spec: 'Named',
  records: 'number[]',
  void: 'null',
}

function union(values: readonly string[]): string {
  return values.length === 0 ? 'string' : values.map((value) => JSON.stringify(value)).join(' | ')
}

// Labels are people's texts: nothing in them ends the comment that they stand in.
function comment(text: string, indent: number): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('*/', '* /').trim()
  return line === '' ? '' : `${' '.repeat(indent)}/** ${line} */\n`
}
