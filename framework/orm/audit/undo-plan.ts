/** What a request did on the whole, out of its entries: a value that it changed twice was changed once. */

import type { RecordEntry } from '../../audit/index.ts'
import { ConflictError } from '../../errors.ts'
import type { Env } from '../env.ts'
import { isObject } from './value-in.ts'

export interface Links {
  readonly linked: Set<number>
  readonly unlinked: Set<number>
}

export interface Changed {
  readonly old: unknown
  readonly now: unknown
}

type Change = Changed | { readonly links: Links }

/** What a request did to the records of a model. */
export interface Took {
  readonly model: string
  readonly created: readonly number[]
  /** By record, then by field. */
  readonly changed: ReadonlyMap<number, ReadonlyMap<string, Change>>
}

interface Draft {
  readonly model: string
  readonly created: Set<number>
  readonly changed: Map<number, Map<string, Change>>
}

/**
 * @param entries of one request, oldest first
 * @throws ConflictError ERR_UNDO_KIND for what nobody can put back
 */
export function foldEntries(env: Env, entries: readonly RecordEntry[]): Took[] {
  const drafts = new Map<string, Draft>()
  for (const entry of entries.toSorted((a, b) => stepOf(a) - stepOf(b))) {
    const { kind, model, ids, what } = entry
    if (kind === 'secret.written' || kind.endsWith('.changed'))
      throw refused('it changed rights, settings or a secret.')
    if (!kind.startsWith('record.') || kind === 'record.read') continue
    const draft = drafts.get(model) ?? { model, created: new Set(), changed: new Map() }
    drafts.set(model, draft)
    if (kind === 'record.created') for (const id of ids) draft.created.add(id)
    else if (kind === 'record.deleted') forget(draft, ids)
    else if (what['computed'] !== true) for (const [id, data] of entry.data) note(env, draft, id, data)
  }
  return [...drafts.values()].map((draft) => ({ ...draft, created: [...draft.created] }))
}

// Some are written at the end of their transaction, though they tell of its beginning.
function stepOf({ what }: RecordEntry): number {
  return typeof what['step'] === 'number' ? what['step'] : -1
}

function forget(draft: Draft, ids: readonly number[]): void {
  for (const id of ids) {
    if (!draft.created.delete(id)) throw refused('it deleted records.')
    draft.changed.delete(id)
  }
}

function note(env: Env, draft: Draft, id: number, data: Readonly<Record<string, unknown>> | null): void {
  if (draft.created.has(id)) return
  if (data === null) throw refused('what was there before has been erased.')
  const fields = draft.changed.get(id) ?? new Map<string, Change>()
  draft.changed.set(id, fields)
  for (const [name, value] of Object.entries(data)) {
    const field = env.registry.models.get(draft.model)?.fields.get(name)
    if (isObject(value) && 'file' in value) throw refused('it changed files.')
    if (field?.columnType === 'bytea') throw refused('it changed files.')
    if (field?.link && isObject(value)) linkAgain(fields, name, value)
    else if (Array.isArray(value)) {
      const earlier = fields.get(name)
      const old: unknown = earlier && 'old' in earlier ? earlier.old : value[0]
      fields.set(name, { old, now: value[1] })
    }
  }
}

function linkAgain(fields: Map<string, Change>, name: string, value: Readonly<Record<string, unknown>>): void {
  const earlier = fields.get(name)
  const links: Links = earlier && 'links' in earlier ? earlier.links : { linked: new Set(), unlinked: new Set() }
  fields.set(name, { links })
  for (const one of (value['linked'] ?? []) as number[]) if (!links.unlinked.delete(one)) links.linked.add(one)
  for (const one of (value['unlinked'] ?? []) as number[]) if (!links.linked.delete(one)) links.unlinked.add(one)
}

function refused(why: string): ConflictError {
  return new ConflictError('ERR_UNDO_KIND', `This cannot be undone: ${why}`)
}
