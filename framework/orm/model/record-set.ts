/** Records of one model: ids with an environment, and the methods that every model has. */

import { AccessError, MissingError, UserError } from '../../errors.ts'
import { empty, id, sql } from '../../sql/index.ts'
import type { Domain } from '../domain/domain.ts'
import type { Loaded, Path, Values } from '../declare/types.ts'
import type { Env } from '../env.ts'
import { toOperation } from '../grant.ts'
import { runRows } from '../query/run.ts'
import { Scope } from '../query/scope.ts'
import { flatSpec, nestedSpec, pathSpec } from '../query/spec.ts'
import type { ModelInfo } from '../registry.ts'
import { createRecords } from '../write/create.ts'
import { modelDenied, recordsDenied, requireModel, requireRecords } from '../write/operation.ts'
import { updateRecords } from '../write/update.ts'
import { unlinkRecords } from '../write/unlink.ts'
import { copyRecords } from './copy.ts'
import { defaultsFor, describeFields, type FieldDescription } from './describe.ts'
import { exportRows, importRows, type ImportResult } from './exchange.ts'
import { formattedReadGroup, readGroup, webReadGroup } from './group.ts'
import { progressBar } from './progress-bar.ts'
import { loadRows, readRows, searchRows, searchSource, searchWithCount } from './reading.ts'
import { readTranslations, writeTranslations } from './translations.ts'
import { viewMaker } from './view-maker.ts'
import { externalIdsOf, metadataOf } from './metadata.ts'
import { findByName } from './naming.ts'
import { runOnchange } from './onchange.ts'

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

/** Base class of all models. Applications extend it through `behaviour()`; RPC reaches what `expose()` lists, nothing else. */
export class RecordSet<M extends string = string> {
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
    const scope = new Scope(this.env)
    requireModel(this.env, this.info, 'read')
    const spec = pathSpec(scope, this.info, paths)
    return loadRows(this, scope, spec)
  }

  /** Records that fulfil a domain. @param order `date_order desc, id`; null = the model's own */
  async search(domain: Domain, offset = 0, limit: number | null = null, order: string | null = null): Promise<this> {
    const scope = new Scope(this.env)
    const alias = scope.alias()
    const source = searchSource(this, scope, alias, { domain, offset, limit, order })
    const rows = await runRows<{ ids: number[]; epoch: number }>(
      this.env,
      sql`SELECT COALESCE(array_agg(r.id ORDER BY r.n), '{}') AS ids, (SELECT n FROM hf_epoch) AS epoch FROM (SELECT ${id(alias)}.id, row_number() OVER (${source.order}) AS n FROM ${id(this.info.table)} ${id(alias)} WHERE ${source.where}${source.order}${source.limit ? sql` LIMIT ${source.limit}::int8` : empty}${source.offset ? sql` OFFSET ${source.offset}::int8` : empty}) r`,
    )
    return this.browse(rows[0]?.ids ?? [])
  }

  async search_count(domain: Domain, limit: number | null = null): Promise<number> {
    const scope = new Scope(this.env)
    const alias = scope.alias()
    const { where } = searchSource(this, scope, alias, { domain, offset: 0, limit: null, order: 'id' })
    const inner = limit
      ? sql`(SELECT 1 FROM ${id(this.info.table)} ${id(alias)} WHERE ${where} LIMIT ${limit}::int8) r`
      : sql`${id(this.info.table)} ${id(alias)} WHERE ${where}`
    const rows = await runRows<{ n: number; epoch: number }>(
      this.env,
      sql`SELECT count(*)::int4 AS n, (SELECT n FROM hf_epoch) AS epoch FROM ${inner}`,
    )
    return rows[0]?.n ?? 0
  }

  /** One statement: search, access rules, display names of relations, JSON. */
  async search_read(
    domain: Domain = [],
    fields: readonly string[] | null = null,
    offset = 0,
    limit: number | null = null,
    order: string | null = null,
    load: string | null = '_classic_read',
  ): Promise<JsonResult<RecordRow[]>> {
    const scope = new Scope(this.env)
    const spec = flatSpec(scope, this.info, fields, load === '_classic_read' ? 'pair' : 'id')
    return searchRows(this, scope, spec, { domain, offset, limit, order })
  }

  /** Wanted fields of these records, in the order of the ids. @throws AccessError when one of them is not the caller's to read */
  async read(
    fields: readonly string[] | null = null,
    load: string | null = '_classic_read',
  ): Promise<JsonResult<RecordRow[]>> {
    const scope = new Scope(this.env)
    requireModel(this.env, this.info, 'read')
    const spec = flatSpec(scope, this.info, fields, load === '_classic_read' ? 'pair' : 'id')
    return readRows(this, scope, spec)
  }

  /** Like `read`, with a nested specification: `{ partner_id: { fields: { name: {} } } }`. */
  async web_read(specification: Readonly<Record<string, unknown>>): Promise<JsonResult<RecordRow[]>> {
    const scope = new Scope(this.env)
    requireModel(this.env, this.info, 'read')
    return readRows(this, scope, nestedSpec(scope, this.info, specification))
  }

  web_search_read(
    domain: Domain,
    specification: Readonly<Record<string, unknown>>,
    offset = 0,
    limit: number | null = null,
    order: string | null = null,
    count_limit: number | null = null,
  ): Promise<{ length: number; records: RecordRow[] }> {
    return searchWithCount(this, specification, { domain, offset, limit, order }, count_limit)
  }

  /** Creates one record or several. A list gives as many records as it is long. */
  async create(values: Values<M> | readonly Values<M>[]): Promise<this> {
    const list = (Array.isArray(values) ? values : [values]) as readonly Readonly<Record<string, unknown>>[]
    const ids = await createRecords(this.env, this.info, list)
    if (this.info.options.affectsRights) await this.env.rightsChanged()
    return this.browse(ids)
  }

  async write(values: Values<M>): Promise<boolean> {
    await updateRecords(this.env, this.info, [...new Set(this.ids)], values as Readonly<Record<string, unknown>>)
    if (this.info.options.affectsRights) await this.env.rightsChanged()
    return true
  }

  async unlink(): Promise<boolean> {
    await unlinkRecords(this.env, this.info, this.ids)
    if (this.info.options.affectsRights) await this.env.rightsChanged()
    return true
  }

  async web_save(
    values: Values<M>,
    specification: Readonly<Record<string, unknown>>,
    next_id: number | null = null,
  ): Promise<JsonResult<RecordRow[]>> {
    let records: this = this
    if (this.ids.length > 0) await this.write(values)
    else records = await this.create(values)
    return (next_id ? this.browse([next_id]) : records).web_read(specification)
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

  async copy(overrides: Values<M> | null = null): Promise<this> {
    return this.browse(await copyRecords(this, (overrides ?? {}) as Readonly<Record<string, unknown>>))
  }

  /** `[[id, display name], …]` of records whose name matches. */
  async name_search(
    name = '',
    domain: Domain | null = null,
    operator = 'ilike',
    limit: number | null = 100,
  ): Promise<[number, string][]> {
    const rows = await findByName(this, name, domain, operator, limit)
    return rows.map((row) => [row.id, String(row.display_name)])
  }

  async web_name_search(
    name: string,
    specification: Readonly<Record<string, unknown>>,
    domain: Domain | null = null,
    operator = 'ilike',
    limit: number | null = 100,
  ): Promise<RecordRow[]> {
    const rows = await findByName(this, name, domain, operator, limit)
    if (Object.keys(specification).every((key) => key === 'display_name'))
      return rows.map((row) => ({ ...row, __formatted_display_name: row.display_name }))
    return (await this.browse(rows.map((row) => row.id)).web_read(specification)).parse()
  }

  /** Creates a record from its name alone. */
  async name_create(name: string): Promise<[number, string]> {
    const made = await this.create({ [this.info.recName]: name } as Values<M>)
    const [row] = await made.loadExisting(['display_name'])
    return [made.id, String(row?.display_name ?? name)]
  }

  fields_get(
    allfields: readonly string[] | null = null,
    attributes: readonly string[] | null = null,
  ): Record<string, FieldDescription> {
    return describeFields(this.env, this.info, allfields, attributes)
  }

  default_get(fields_list: readonly string[]): Promise<Record<string, unknown>> {
    return defaultsFor(this.env, this.info, fields_list)
  }

  read_group(
    domain: Domain,
    fields: readonly string[] | null,
    groupby: string | readonly string[],
    offset = 0,
    limit: number | null = null,
    orderby: string | false | null = false,
    lazy = true,
  ): Promise<Record<string, unknown>[]> {
    return readGroup(this, domain, fields ?? [], typeof groupby === 'string' ? [groupby] : groupby, {
      offset,
      limit,
      order: orderby || null,
      lazy,
    })
  }

  formatted_read_group(
    domain: Domain,
    groupby: readonly string[] = [],
    aggregates: readonly string[] = [],
    having: Domain = [],
    offset = 0,
    limit: number | null = null,
    order: string | null = null,
  ): Promise<Record<string, unknown>[]> {
    return formattedReadGroup(this, domain, groupby, aggregates, { having, offset, limit, order })
  }

  onchange(
    values: Readonly<Record<string, unknown>>,
    field_names: readonly string[],
    fields_spec: Readonly<Record<string, unknown>>,
  ): Promise<{ value: Record<string, unknown> }> {
    return runOnchange(this, values, field_names, fields_spec)
  }

  /** Groups for a list view, with their number. */
  web_read_group(
    domain: Domain,
    groupby: readonly string[],
    aggregates: readonly string[] = [],
    limit: number | null = null,
    offset = 0,
    order: string | null = null,
  ): Promise<{ groups: Record<string, unknown>[]; length: number }> {
    return webReadGroup(this, domain, groupby, aggregates, { limit, offset, order })
  }

  /** How many records of each group have which value: the coloured bar above a kanban column. */
  read_progress_bar(
    domain: Domain,
    group_by: string,
    progress_bar: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, Record<string, number>>> {
    return progressBar(this, domain, group_by, progress_bar)
  }

  /** All languages of a translated field, as `[{ lang, source, value }]`. */
  get_field_translations(
    field_name: string,
    langs: readonly string[] | null = null,
  ): Promise<readonly [readonly object[], object]> {
    return readTranslations(this, field_name, langs)
  }

  /** Writes several languages of a translated field at once; it counts as a write of the field. */
  update_field_translations(field_name: string, translations: Readonly<Record<string, unknown>>): Promise<boolean> {
    return writeTranslations(this, field_name, translations)
  }

  export_data(fields_to_export: readonly string[]): Promise<{ datas: unknown[][] }> {
    return exportRows(this, fields_to_export)
  }

  load_rows(fields: readonly string[], data: readonly (readonly string[])[]): Promise<ImportResult> {
    return importRows(this, fields, data)
  }

  async action_archive(): Promise<void> {
    await this.#setActive(false)
  }

  async action_unarchive(): Promise<void> {
    await this.#setActive(true)
  }

  async #setActive(active: boolean): Promise<void> {
    if (!this.info.fields.get('active')?.column)
      throw new UserError(
        'ERR_NO_ACTIVE',
        `${this.info.options.description} records cannot be archived; delete them instead.`,
      )
    await this.write({ active } as unknown as Values<M>)
  }

  /** Whether the caller has the operation on the model at all; with `raise_exception` an AccessError instead of false, and nothing instead of true. */
  check_access_rights(operation: string, raise_exception = true): boolean | undefined {
    const allowed = this.env.grant.records(this.info.name, toOperation(operation)) !== false
    if (!allowed && raise_exception) throw modelDenied(this.info, toOperation(operation))
    return raise_exception ? undefined : allowed
  }

  /** @throws AccessError when the caller lacks the operation on the model or on one of the records */
  async check_access(operation: string): Promise<void> {
    const op = toOperation(operation)
    requireModel(this.env, this.info, op)
    await requireRecords(this.env, this.info.name, op, this.ids)
  }

  async has_access(operation: string): Promise<boolean> {
    try {
      await this.check_access(operation)
      return true
    } catch (error) {
      if (error instanceof AccessError || error instanceof MissingError) return false
      throw error
    }
  }

  /** Views of the model; the room `views/` makes them. */
  get_views(views: unknown): unknown {
    return viewMaker(this.env, this.info, views)
  }

  /** Who made and changed the records, and their external ids. */
  get_metadata(): Promise<RecordRow[]> {
    return metadataOf(this)
  }

  /** External id by record id. */
  get_external_id(): Promise<Record<number, string>> {
    return externalIdsOf(this)
  }
}
