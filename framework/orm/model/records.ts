/** Ids of one model with an environment: finding them and loading typed values, for code. */

import { MissingError } from '../../errors.ts'
import { id, sql } from '../../sql/index.ts'
import type { Domain } from '../domain/domain.ts'
import type { Loaded, Path } from '../declare/types.ts'
import type { Env } from '../env.ts'
import { runRows } from '../query/run.ts'
import { Scope } from '../query/scope.ts'
import { byPaths } from '../query/spec.ts'
import type { ModelInfo } from '../registry.ts'
import { noteFound } from '../seen.ts'
import { recordsDenied } from '../write/operation.ts'
import { findRows, loadRows, searchCount, searchIds, searchPredicate, searchWindow } from './reading.ts'

/** Rows as JSON text made by PostgreSQL; leaves the house unparsed where the protocol is JSON. */
export class JsonResult<T = unknown> {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
  parse(): T {
    return JSON.parse(this.json) as T
  }
}

export type RecordRow = Record<string, unknown> & { id: number }

/** What records are before a client asks anything of them; `RecordSet` adds the methods of the API. */
export class Records<M extends string = string> {
  readonly env: Env
  readonly ids: readonly number[]
  readonly info: ModelInfo

  constructor(env: Env, info: ModelInfo, ids: readonly number[]) {
    this.env = env
    this.info = info
    this.ids = ids
  }

  get modelName(): string {
    return this.info.name
  }

  get length(): number {
    return this.ids.length
  }

  /** The only id. @throws MissingError unless there is exactly one record */
  get id(): number {
    const [only] = this.ids
    if (only === undefined || this.ids.length !== 1)
      throw new MissingError(
        'ERR_NOT_ONE',
        `Exactly one ${this.info.options.description} was expected, not ${this.ids.length}.`,
        { wireName: 'builtins.ValueError' },
      )
    return only
  }

  *[Symbol.iterator](): Iterator<this> {
    for (const one of this.ids) yield this.browse([one])
  }

  /** The same model with other ids. */
  browse(ids: readonly number[]): this {
    return new (this.constructor as new (env: Env, info: ModelInfo, ids: readonly number[]) => this)(
      this.env,
      this.info,
      ids,
    )
  }

  withContext(patch: Readonly<Record<string, unknown>>): this {
    return this.env.withContext(patch).model(this.info.name, this.ids) as unknown as this
  }

  /** Typed values of exactly these paths, one object per record, in the order of the ids. Empty = null. @throws AccessError or MissingError when a record is not there for the caller */
  async load<const P extends string>(...paths: readonly (P & Path<M, P>)[]): Promise<Loaded<M, P>[]> {
    const rows = await this.loadExisting(paths)
    if (rows.length !== new Set(this.ids).size) throw recordsDenied(this.info, 'read')
    const byId = new Map(rows.map((row) => [row.id, row]))
    return this.ids.map((n) => byId.get(n)) as unknown as Loaded<M, P>[]
  }

  /** Like `load`, passing over records that are not there for the caller. */
  async loadExisting(paths: readonly string[]): Promise<RecordRow[]> {
    if (this.ids.length === 0) return []
    return loadRows(this, byPaths(paths))
  }

  /** Records that fulfil a domain. @param order `date_order desc, id`; null = the model's own */
  async search(domain: Domain, offset = 0, limit: number | null = null, order: string | null = null): Promise<this> {
    const statement = searchIds(this.env, this.info, order).fill(
      searchPredicate(this.env, this.info, domain),
      searchWindow(limit, offset),
    )
    const rows = await runRows<{ ids: number[]; epoch: number }>(this.env, statement)
    const ids = rows[0]?.ids ?? []
    noteFound(this.env, this.info.name, ids)
    return this.browse(ids)
  }

  /** Typed values of what a search finds, in the model's order: `search` and `load` in one statement. */
  async loadFound<const P extends string>(
    domain: Domain,
    ...paths: readonly (P & Path<M, P>)[]
  ): Promise<Loaded<M, P>[]> {
    const search = { domain, offset: 0, limit: null, order: null }
    return (await findRows(this, byPaths(paths), search)) as unknown as Loaded<M, P>[]
  }

  async search_count(domain: Domain, limit: number | null = null): Promise<number> {
    const statement = searchCount(this.env, this.info, limit !== null && limit > 0).fill(
      searchPredicate(this.env, this.info, domain),
      searchWindow(limit, 0),
    )
    const rows = await runRows<{ n: number; epoch: number }>(this.env, statement)
    return rows[0]?.n ?? 0
  }

  /** Those of the records that exist and that the caller may read. */
  async exists(): Promise<this> {
    if (this.ids.length === 0) return this
    const scope = new Scope(this.env)
    const alias = scope.alias()
    const rows = await runRows<{ id: number }>(
      this.env,
      sql`SELECT ${id(alias)}.id FROM ${id(this.info.table)} ${id(alias)} WHERE ${id(alias)}.id = ANY(${[...this.ids]}::int4[])${scope.andCondition(this.info, alias)}`,
    )
    const found = new Set(rows.map((row) => row.id))
    return this.browse(this.ids.filter((n) => found.has(n)))
  }
}
