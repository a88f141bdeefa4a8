/** Reads what a template needs, as whoever triggers it, and fills it. */

import { AccessError, MissingError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import type { LiquidTemplate } from './template.ts'

/** Records that an outermost name stands for. */
export interface GivenRecords {
  readonly model: string
  readonly ids: readonly number[]
  readonly is: 'record' | 'list'
  /** Those that are not there for the caller are left out; otherwise they are an error. */
  readonly optional?: boolean
}

/** What the outermost names stand for at this filling. */
export type Given = Readonly<Record<string, GivenRecords | string>>

/**
 * Fills templates with values read under the rights of `env`: a record behind a path that is not there for the caller is
 * empty, a field is refused as if there were none. A name is read once for all of the templates.
 * @throws MissingError ERR_TEMPLATE_RECORD when a record of `given` itself is not there for the caller
 * @throws AccessError ERR_TEMPLATE_FIELD when the caller may not know a field that the template uses
 */
export async function fillTemplates(env: Env, templates: readonly LiquidTemplate[], given: Given): Promise<string[]> {
  const values: Record<string, unknown> = Object.create(null)
  for (const [name, one] of Object.entries(given)) {
    if (typeof one === 'string') values[name] = one
    else
      values[name] = await read(env, one, [...new Set(templates.flatMap(({ paths }) => [...(paths.get(name) ?? [])]))])
  }
  const reader = { lang: env.lang, timeZone: env.user.tz ?? 'UTC' }
  return templates.map((template) => template.render(values, reader))
}

async function read(env: Env, given: GivenRecords, paths: readonly string[]): Promise<unknown> {
  const { model, ids, is, optional = false } = given
  if (optional && paths.length === 0) return null
  const rows = await load(env, model, ids, paths)
  if (!optional && (rows.length < new Set(ids).size || (is === 'record' && rows.length !== 1)))
    throw new MissingError('ERR_TEMPLATE_RECORD', 'The record does not exist, or you may not read it.')
  const byId = new Map(rows.map((row) => [row.id, row]))
  return is === 'record' ? (rows[0] ?? null) : ids.flatMap((id) => byId.get(id) ?? [])
}

async function load(env: Env, model: string, ids: readonly number[], paths: readonly string[]) {
  try {
    return await env.model(model, ids).loadExisting(paths.length === 0 ? ['id'] : paths)
  } catch (thrown) {
    if (!(thrown instanceof AccessError)) throw thrown
    throw new AccessError('ERR_TEMPLATE_FIELD', 'The template uses something that is not there for you.', {
      cause: thrown,
    })
  }
}
