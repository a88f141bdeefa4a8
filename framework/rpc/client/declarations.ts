/** The models of a database as plain TypeScript interfaces: a record as it is read, and the values that are written. */

import type { ApiDescription, FieldDescription, ModelDescription } from '../describe/describe.ts'

/** How the file begins: what does not begin so was not made by us. */
export const typesMark = '// Made by `holdfast types`'

/** The declarations, for the models and fields of the description. */
export function generateTypes(api: ApiDescription): string {
  const names = interfaceNames(api.models.map(({ name }) => name))
  const nameOf = (model: string): string => names.get(model) ?? 'never'
  return `${typesMark} from the models of a database; made anew when they change. Types only.

/** A command on a list of records: 0 create, 1 update, 2 delete, 3 unlink, 4 link, 5 clear, 6 replace. */
export type Command<V> =
  | readonly [0, 0, V]
  | readonly [1, number, V]
  | readonly [2 | 3 | 4, number]
  | readonly [5]
  | readonly [6, 0, readonly number[]]

/** Every model by its name: a record as \`read\` gives it, and the values that \`create\` and \`write\` take. */
export interface Models {
${api.models.map(({ name }) => `  ${JSON.stringify(name)}: { record: ${nameOf(name)}; values: ${nameOf(name)}Values }\n`).join('')}}

/** Name of a model. */
export type ModelName = keyof Models
/** A record with the fields that were asked for. */
export type Read<M extends ModelName, F extends keyof Models[M]['record']> = Pick<
  Models[M]['record'],
  F | ('id' & keyof Models[M]['record'])
>
${api.models.map((model) => declarations(model, nameOf)).join('')}`
}

function declarations({ name, title, fields }: ModelDescription, nameOf: (model: string) => string): string {
  const own = nameOf(name)
  const read = fields.filter(({ readable }) => readable)
  const written = fields.filter(({ writable }) => writable)
  return `
/** ${text(title)} (\`${name}\`) as it is read. */
export interface ${own} {
${read.map((field) => `${note(field)}  ${key(field.name)}: ${readType(field)}\n`).join('')}}
/** Values of ${text(title)} (\`${name}\`) as they are written. */
export interface ${own}Values {
${written.map((field) => `  ${key(field.name)}?: ${writeType(field, nameOf)}\n`).join('')}}
`
}

function note({ label, help, comodel, required }: FieldDescription): string {
  const parts = [
    text(label),
    ...(comodel === undefined ? [] : [`→ \`${comodel}\``]),
    ...(required ? ['(required)'] : []),
  ]
  return `  /** ${parts.join(' ')}${help === undefined || help === '' ? '' : `. ${text(help)}`} */\n`
}

const scalars: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  float: 'number',
  monetary: 'number',
  many2one_reference: 'number',
  char: 'string',
  text: 'string',
  html: 'string',
  date: 'string',
  datetime: 'string',
  binary: 'string',
  reference: 'string',
}
// What is never empty: nothing is false, or 0.
const full: ReadonlySet<string> = new Set(['boolean', 'integer', 'float', 'monetary', 'many2one_reference'])

function readType(field: FieldDescription): string {
  const { kind, required } = field
  if (kind === 'one2many' || kind === 'many2many') return 'readonly number[]'
  const type =
    kind === 'many2one' ? 'readonly [id: number, name: string]' : kind === 'selection' ? union(field) : scalars[kind]
  if (type === undefined) return 'unknown'
  return required || full.has(kind) ? type : `${type} | false`
}

function writeType(field: FieldDescription, nameOf: (model: string) => string): string {
  const { kind, comodel } = field
  if (kind === 'one2many' || kind === 'many2many')
    return `readonly (number | Command<${comodel === undefined ? 'unknown' : valuesOf(comodel, nameOf)}>)[]`
  const type = kind === 'many2one' ? 'number' : kind === 'selection' ? union(field) : scalars[kind]
  if (type === undefined) return 'unknown'
  return full.has(kind) ? type : `${type} | false`
}

// A model that the user of the description may not use has no interface.
function valuesOf(model: string, nameOf: (model: string) => string): string {
  return nameOf(model) === 'never' ? 'Readonly<Record<string, unknown>>' : `${nameOf(model)}Values`
}

function union({ selection }: FieldDescription): string {
  return selection === undefined || selection.length === 0
    ? 'string'
    : selection.map(([value]) => JSON.stringify(value)).join(' | ')
}

// `sale.order` is SaleOrder; two models that would be called alike get numbers.
function interfaceNames(models: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(['Command', 'Models', 'ModelName', 'Read'])
  return new Map(
    models.map((model) => {
      const plain = model
        .split(/[._]/)
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join('')
      let name = plain
      for (let n = 2; taken.has(name) || taken.has(`${name}Values`); n++) name = `${plain}${n}`
      taken.add(name).add(`${name}Values`)
      return [model, name]
    }),
  )
}

function key(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name)
}

// Labels are people's texts: nothing in them ends the comment that they stand in.
function text(words: string): string {
  return words.replace(/\s+/g, ' ').replaceAll('*/', '* /').trim()
}
