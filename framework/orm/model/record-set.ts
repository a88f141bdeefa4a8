/** Records of one model: ids with an environment, and the methods that every model has. */

import { AccessError, MissingError, UserError } from '../../errors.ts'
import type { Domain } from '../domain/domain.ts'
import type { Values } from '../declare/types.ts'
import { toOperation } from '../grant.ts'
import { type HistoryRow, historyOf } from '../audit/history.ts'
import { type Undone, undoRequest } from '../audit/undo.ts'
import { flat, nested } from '../query/spec.ts'
import { createRecords } from '../write/create.ts'
import { modelDenied, requireModel, requireRecords } from '../write/operation.ts'
import { updateRecords } from '../write/update.ts'
import { unlinkRecords } from '../write/unlink.ts'
import { runOnchange } from './client/onchange.ts'
import { progressBar } from './client/progress-bar.ts'
import { resequence, saveEach } from './client/saving.ts'
import { categoryRange, filterRange, type PanelArguments, panelOptions } from './client/search-panel.ts'
import { viewMaker } from './client/view-maker.ts'
import { copyRecords } from './copy.ts'
import { defaultsFor, describeFields, type FieldDescription } from './describe.ts'
import { exportRows } from './exchange/export.ts'
import { importRows, type ImportResult } from './exchange/import.ts'
import { formattedReadGroup, groupingSets, webReadGroup } from './groups/formatted.ts'
import { readGroup } from './groups/read-group.ts'
import { externalIdsOf, metadataOf } from './metadata.ts'
import { findByName } from './naming.ts'
import { readRows, searchRows, searchWithCount } from './reading.ts'
import { type JsonResult, type RecordRow, Records } from './records.ts'
import { readTranslations, writeTranslations } from './translations.ts'

/** Base class of all models. Applications extend it through `behaviour()`; RPC reaches what `expose()` lists, nothing else. */
export class RecordSet<M extends string = string> extends Records<M> {
  /** One statement: search, access rules, display names of relations, JSON. */
  async search_read(
    domain: Domain = [],
    fields: readonly string[] | null = null,
    offset = 0,
    limit: number | null = null,
    order: string | null = null,
    load: string | null = '_classic_read',
  ): Promise<JsonResult<RecordRow[]>> {
    return searchRows(this, flat(fields, load === '_classic_read' ? 'pair' : 'id'), { domain, offset, limit, order })
  }

  /** Wanted fields of these records, in the order of the ids. @throws AccessError when one of them is not the caller's to read */
  async read(
    fields: readonly string[] | null = null,
    load: string | null = '_classic_read',
  ): Promise<JsonResult<RecordRow[]>> {
    return readRows(this, flat(fields, load === '_classic_read' ? 'pair' : 'id'))
  }

  /** Like `read`, with a nested specification: `{ partner_id: { fields: { name: {} } } }`. */
  async web_read(specification: Readonly<Record<string, unknown>>): Promise<JsonResult<RecordRow[]>> {
    return readRows(this, nested(specification))
  }

  web_search_read(
    domain: Domain,
    specification: Readonly<Record<string, unknown>>,
    offset = 0,
    limit: number | null = null,
    order: string | null = null,
    count_limit: number | null = null,
  ): Promise<{ length: number; records: RecordRow[] }> {
    return searchWithCount(this, nested(specification), { domain, offset, limit, order }, count_limit)
  }

  /** Creates one record or several. A list gives as many records as it is long. */
  async create(values: Values<M> | readonly Values<M>[]): Promise<this> {
    const { state } = this.env
    const isLast = state.isOnlyCall && !this.info.options.affectsRights
    state.isOnlyCall = false
    const list = (Array.isArray(values) ? values : [values]) as readonly Readonly<Record<string, unknown>>[]
    const ids = await createRecords(this.env, this.info, await this.prepareCreate(list), isLast)
    if (this.info.options.affectsRights) await this.env.rightsChanged()
    return this.browse(ids)
  }

  /**
   * Completes or corrects the values of new records before there are any. A model that has nothing to do afterwards
   * extends this rather than `create`: it then costs no round trip of its own.
   */
  async prepareCreate(
    list: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return list
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

  /** Writes to each record the values at its place. */
  async web_save_multi(
    values: readonly Values<M>[],
    specification: Readonly<Record<string, unknown>>,
  ): Promise<JsonResult<RecordRow[]>> {
    await saveEach(this, values)
    return this.web_read(specification)
  }

  /** Numbers the records in their order, from `offset` on. */
  async web_resequence(
    specification: Readonly<Record<string, unknown>>,
    field_name = 'sequence',
    offset = 0,
  ): Promise<JsonResult<RecordRow[]>> {
    await resequence(this, field_name, offset)
    return this.web_read(specification)
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
    const found = this.browse(rows.map((row) => row.id))
    if (Object.keys(specification).join() !== 'display_name') return (await found.web_read(specification)).parse()
    const formatted = await found.formattedNames()
    return rows.map((row) => ({ ...row, __formatted_display_name: formatted.get(row.id) ?? row.display_name }))
  }

  /** Names in the form that Odoo's web client marks up: a tab before the weaker part, `--` around it. Only where it differs. */
  async formattedNames(): Promise<ReadonlyMap<number, string>> {
    return new Map()
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

  /** The groups of each of several lists of terms. */
  formatted_read_grouping_sets(
    domain: Domain,
    grouping_sets: unknown,
    aggregates: readonly string[] = [],
    order: string | null = null,
  ): Promise<Record<string, unknown>[][]> {
    return groupingSets(this, domain, grouping_sets, aggregates, order)
  }

  /** Groups for a list view, with their number; open ones with their groups or records. */
  web_read_group(
    domain: Domain,
    groupby: readonly string[],
    aggregates: readonly string[] = [],
    limit: number | null = null,
    offset = 0,
    order: string | null = null,
    auto_unfold = false,
    opening_info: unknown = null,
    unfold_read_specification: Readonly<Record<string, unknown>> | null = null,
    unfold_read_default_limit: number | null = 80,
    groupby_read_specification: Readonly<Record<string, unknown>> | null = null,
  ): Promise<{ groups: Record<string, unknown>[]; length: number }> {
    return webReadGroup(this, domain, groupby, aggregates, {
      limit,
      offset,
      order,
      autoUnfold: auto_unfold,
      openingInfo: opening_info,
      recordSpec: unfold_read_specification,
      recordLimit: unfold_read_default_limit,
      keySpecs: groupby_read_specification,
    })
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

  load_rows(fields: readonly string[], data: unknown): Promise<ImportResult> {
    return importRows(this, fields, data)
  }

  async action_archive(): Promise<void> {
    await this.#setActive(false)
  }

  async action_unarchive(): Promise<void> {
    await this.#setActive(true)
  }

  /** Turns `active` around, record by record. */
  async toggle_active(): Promise<void> {
    this.#requireActive()
    const rows = (await this.read(['active'])).parse()
    for (const active of [true, false]) {
      const changed = rows.filter((row) => row.active === active).map((row) => row.id)
      if (changed.length > 0) await this.browse(changed).#setActive(!active)
    }
  }

  #requireActive(): void {
    if (!this.info.fields.get('active')?.column)
      throw new UserError(
        'ERR_NO_ACTIVE',
        `${this.info.options.description} records cannot be archived; delete them instead.`,
      )
  }

  async #setActive(active: boolean): Promise<void> {
    this.#requireActive()
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

  /** Values of a field, of which a person chooses one to narrow a list. */
  search_panel_select_range(field_name: string, ...options: PanelArguments): Promise<object> {
    const [hierarchize] = options.slice(7)
    return categoryRange(this, field_name, { ...panelOptions(options), hierarchize: hierarchize !== false })
  }

  /** Values of a field, of which a person chooses several. */
  search_panel_select_multi_range(field_name: string, ...options: PanelArguments): Promise<object> {
    const [group_by, group_domain] = options.slice(7)
    const groupBy = typeof group_by === 'string' && group_by !== '' ? group_by : null
    return filterRange(this, field_name, { ...panelOptions(options), group_by: groupBy, group_domain })
  }

  /** One view of the model. */
  get_view(_view_id: unknown = null, view_type = 'form'): unknown {
    const { views, models } = viewMaker(this.env, this.info, [[false, view_type]])
    return { ...views[view_type], models }
  }

  /** Views of the model; the room `views/` makes them. */
  get_views(views: unknown): unknown {
    return viewMaker(this.env, this.info, views)
  }

  /** Who made and changed the records, and their external ids. */
  get_metadata(): Promise<RecordRow[]> {
    return metadataOf(this)
  }

  /** Who changed the records, when, and what; as far as the caller may read it now. Only where the log keeps changes. */
  get_history(limit = 80, offset = 0): Promise<HistoryRow[]> {
    return historyOf(this, limit, offset)
  }

  /** Takes back what a request changed, under the caller's rights. @throws ConflictError when something changed since */
  undo_change(request: string, overwrite = false): Promise<Undone> {
    return undoRequest(this, request, overwrite)
  }

  /** External id by record id. */
  get_external_id(): Promise<Record<number, string>> {
    return externalIdsOf(this)
  }
}
