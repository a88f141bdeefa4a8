/** A call of a method as somebody would begin to write it, for the shell, Python and TypeScript. */

import type { ApiMethod, ParamType } from '../../../orm/index.ts'
import type { ModelDescription } from '../../../rpc/index.ts'

type Body = Readonly<Record<string, unknown>>

/** Named arguments that make a sensible first call: what is required, and what keeps the answer small. */
export function exampleBody(model: ModelDescription, declared: ApiMethod): Body {
  const body: Record<string, unknown> = declared.on === 'records' ? { ids: [1] } : {}
  for (const [name, type] of Object.entries(declared.params)) {
    const known = byName[name]
    if (name === 'fields' && declared.access === 'read') body[name] = readableNames(model)
    else if (known !== undefined) body[name] = known
    else if (!type.optional) body[name] = byKind(model, type)
  }
  return body
}

const byName: Readonly<Record<string, unknown>> = {
  limit: 10,
  groupby: ['create_date:month'],
  aggregates: ['__count'],
  operation: 'read',
  attributes: ['string', 'type'],
}

function byKind(model: ModelDescription, { kind }: ParamType): unknown {
  switch (kind) {
    case 'domain':
    case 'ids':
    case 'records':
      return []
    case 'values':
      return exampleValues(model)
    case 'valuesList':
      return [exampleValues(model)]
    case 'spec':
      return { display_name: {} }
    case 'strings':
      return readableNames(model)
    case 'id':
    case 'int':
    case 'float':
      return 1
    case 'str':
      return ''
    case 'bool':
      return true
    default:
      return null
  }
}

function exampleValues(model: ModelDescription): Body {
  const field = ['name', 'x_name'].find((name) => model.fields.some((one) => one.name === name && one.writable))
  return field === undefined ? {} : { [field]: 'Example' }
}

function readableNames(model: ModelDescription): string[] {
  return ['display_name', 'name', 'write_date'].filter((name) =>
    model.fields.some((one) => one.name === name && one.readable),
  )
}

export interface Place {
  /** `https://demo.example.com` */
  readonly origin: string
  readonly database: string
  readonly model: string
  readonly method: string
}

/** The same call in three languages. The key is a variable in each: nobody should paste one into a page or a script. */
export function examples({ origin, database, model, method }: Place, body: Body): Readonly<Record<string, string>> {
  const url = `${origin}/json/2/${model}/${method}`
  const json = JSON.stringify(body)
  return {
    curl: `curl ${shell(url)} \\
  -H "Authorization: bearer $HOLDFAST_KEY" \\
  -H ${shell(`X-Odoo-Database: ${database}`)} \\
  -H 'Content-Type: application/json' \\
  -d ${shell(json)}`,
    Python: `import os, requests

answer = requests.post(
    ${JSON.stringify(url)},
    headers={"Authorization": "bearer " + os.environ["HOLDFAST_KEY"], "X-Odoo-Database": ${JSON.stringify(database)}},
    json=${python(body)},
)
answer.raise_for_status()
print(answer.json())`,
    TypeScript: `import { createClient } from './holdfast/index.ts'

const key = process.env['HOLDFAST_KEY'] ?? ''
const client = createClient({ url: ${JSON.stringify(origin)}, database: ${JSON.stringify(database)}, key })
console.log(await client.call(${JSON.stringify(model)}, ${JSON.stringify(method)}, ${json}))`,
  }
}

// POSIX shells: within single quotes nothing has a meaning but the quote itself.
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function python(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${python(inner)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}
