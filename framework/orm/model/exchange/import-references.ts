/** Finds the records that cells of an import refer to: by name, external id or number, each text once. */

import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'
import { findExternalIds } from './external-ids.ts'
import type { Reference } from './import-rows.ts'
import { CellFault, shown } from './import-values.ts'

/** A remark about a cell that does not stop the import. */
type Warn = (message: string) => void

const kinds = { name: 'name', id: 'external id', '.id': 'database id' } as const

/** Remembers what it found, for one import. */
export class References {
  readonly #env: Env
  readonly #known = new Map<string, readonly number[]>()

  constructor(env: Env) {
    this.#env = env
  }

  /** The record behind a many2one's cell. @throws CellFault when there is none that the caller may see */
  async one(field: FieldInfo, { text, by }: Reference, warn: Warn): Promise<number | false> {
    if (text === '') return false
    const [found, ...more] = await this.#find(field, text, by)
    if (found === undefined)
      throw new CellFault(`No matching record found for ${kinds[by]} '${shown(text)}' in field '${field.label}'`)
    if (more.length > 0)
      warn(`Found multiple matches for value '${shown(text)}' in field '${field.label}' (${more.length + 1} matches)`)
    return found
  }

  /** The records behind a cell with commas between. @throws CellFault */
  async several(field: FieldInfo, { text, by }: Reference, warn: Warn): Promise<number[]> {
    const ids: number[] = []
    for (const part of text.split(',').map((one) => one.trim())) {
      const id = part === '' ? false : await this.one(field, { text: part, by }, warn)
      if (id !== false) ids.push(id)
    }
    return ids
  }

  /** Records of a model by external id or number, as far as the caller may see them. */
  async existing(model: string, text: string, by: 'id' | '.id'): Promise<number | undefined> {
    const key = JSON.stringify([model, by, text])
    const known = this.#known.get(key) ?? (await this.#visible(model, text, by))
    this.#known.set(key, known)
    return known[0]
  }

  async #find(field: FieldInfo, text: string, by: Reference['by']): Promise<readonly number[]> {
    const model = field.comodel ?? ''
    if (by !== 'name') {
      if (by === '.id' && !isNumber(text))
        throw new CellFault(`Invalid database id '${shown(text)}' for the field '${field.label}'`)
      const found = await this.existing(model, text, by)
      return found === undefined ? [] : [found]
    }
    const key = JSON.stringify([model, by, text])
    let found = this.#known.get(key)
    if (!found) {
      const records = this.#env.model(model)
      found = (await records.name_search(text, null, '=', 10)).map(([id]) => id)
      if (found.length === 0 && this.#mayCreate(field)) found = [(await records.name_create(text))[0]]
      this.#known.set(key, found)
    }
    return found
  }

  // Context `name_create_enabled_fields`: records that are missing are made from their names.
  #mayCreate(field: FieldInfo): boolean {
    const enabled = this.#env.context.name_create_enabled_fields
    return enabled !== null && typeof enabled === 'object' && Reflect.get(enabled, field.name) === true
  }

  async #visible(model: string, text: string, by: 'id' | '.id'): Promise<readonly number[]> {
    const id = by === '.id' ? Number(text) : (await findExternalIds(this.#env, model, [text])).get(text)
    if (id === undefined || !Number.isInteger(id) || id < 1 || id > 2_147_483_647) return []
    return (await this.#env.model(model, [id]).exists()).ids
  }
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text)
}
