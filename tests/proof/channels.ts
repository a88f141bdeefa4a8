/** Every way in which the value of a field can leave or be probed: a call that uses the field, and what its answer shows of it. */

import type { Env, FieldInfo, ModelInfo } from '#framework/orm/index.ts'
import { describeModel } from '#framework/rpc/index.ts'

/** A field, a record of its model, and a relation of another model (or of this one) that leads there. */
export interface Place {
  readonly model: ModelInfo
  readonly field: FieldInfo
  readonly id: number
  readonly link: { readonly holder: ModelInfo; readonly via: FieldInfo; readonly id: number } | null
}

export interface Channel {
  readonly name: string
  /** Parameters of the common methods that the channel goes through, as `method.param`. */
  readonly covers: readonly string[]
  /** What the caller needs of the field: to use it with all that it is made of, or only to know it. */
  readonly asks: 'use' | 'know'
  /** Goes through the link, a many2one or a list: its relation has to be usable, too. */
  readonly isFar?: 'many2one' | 'list'
  /** Belongs into a transaction, which is undone. */
  readonly isWrite?: boolean
  /** Says something only where the model has a record. */
  readonly needsRecord?: boolean
  readonly call: (env: Env, place: Place) => Promise<unknown>
  /** For what answers everybody: whether the answer holds something of the field. */
  readonly shows?: (answer: unknown, place: Place) => boolean
}

type Any = Record<string, (...args: readonly unknown[]) => Promise<unknown>>
const on = (env: Env, { name }: ModelInfo, ids: readonly number[] = []) => env.model(name, ids) as unknown as Any
const run = (env: Env, model: ModelInfo, method: string, args: readonly unknown[], ids: readonly number[] = []) => {
  const fn = on(env, model, ids)[method]
  if (!fn) throw new TypeError(`${model.name} has no ${method}.`)
  return Promise.resolve(fn.apply(on(env, model, ids), [...args]))
}
const isSet = (name: string) => [[name, '=', false]]
const key = (answer: unknown, name: string): boolean => JSON.stringify(answer ?? null).includes(`"${name}"`)
const far = (place: Place) => {
  if (!place.link) throw new TypeError('There is no link.')
  return place.link
}
const path = (place: Place) => `${far(place).via.name}.${place.field.name}`
const aggregate = (field: FieldInfo) => `${field.name}:count_distinct`

const near = (
  name: string,
  covers: readonly string[],
  method: string,
  args: (place: Place) => readonly unknown[],
  more: Partial<Channel> = {},
): Channel => ({
  name,
  covers,
  asks: 'use',
  call: (env, place) => run(env, place.model, method, args(place)),
  ...more,
})
const record = (
  name: string,
  covers: readonly string[],
  method: string,
  args: (place: Place) => readonly unknown[],
  isWrite = false,
): Channel =>
  near(name, covers, method, args, {
    isWrite,
    needsRecord: isWrite,
    call: (env, place) => run(env, place.model, method, args(place), [place.id]),
  })
const across = (
  name: string,
  covers: readonly string[],
  method: string,
  args: (place: Place) => readonly unknown[],
  isOnRecords = false,
): Channel => ({
  name,
  covers,
  asks: 'use',
  isFar: 'many2one',
  call: (env, place) => run(env, far(place).holder, method, args(place), isOnRecords ? [far(place).id] : []),
})
const bar = (field: string) => ({ field, colors: { x: 'success' } })

export const channels: readonly Channel[] = [
  record('read', ['read.fields'], 'read', ({ field }) => [[field.name]]),
  near('search_read', ['search_read.fields'], 'search_read', ({ field }) => [[], [field.name], 0, 1]),
  record('web_read', ['web_read.specification'], 'web_read', ({ field }) => [{ [field.name]: {} }]),
  across(
    'web_read, nested',
    ['web_read.specification'],
    'web_read',
    ({ field, link }) => [{ [link?.via.name ?? '']: { fields: { [field.name]: {} } } }],
    true,
  ),
  near('web_search_read', ['web_search_read.specification'], 'web_search_read', ({ field }) => [
    [],
    { [field.name]: {} },
    0,
    1,
  ]),
  record(
    'web_save',
    ['web_save.specification', 'web_save.vals'],
    'web_save',
    ({ field }) => [{}, { [field.name]: {} }],
    true,
  ),
  record(
    'web_save_multi',
    ['web_save_multi.specification', 'web_save_multi.vals_list'],
    'web_save_multi',
    ({ field }) => [[{}], { [field.name]: {} }],
    true,
  ),
  near('web_name_search', ['web_name_search.specification'], 'web_name_search', ({ field }) => [
    '',
    { [field.name]: {} },
  ]),
  near('filter', ['search.domain', 'search_read.domain', 'web_search_read.domain'], 'search', ({ field }) => [
    isSet(field.name),
  ]),
  near('count', ['search_count.domain'], 'search_count', ({ field }) => [isSet(field.name)]),
  across('filter, dotted', ['search.domain'], 'search', (place) => [isSet(path(place))]),
  across('filter, any', ['search.domain'], 'search', ({ field, link }) => [
    [[link?.via.name, 'any', isSet(field.name)]],
  ]),
  across('filter, not any', ['search.domain'], 'search', ({ field, link }) => [
    [[link?.via.name, 'not any', isSet(field.name)]],
  ]),
  near('order', ['search.order', 'search_read.order', 'web_search_read.order'], 'search', ({ field }) => [
    [],
    0,
    1,
    `${field.name} desc`,
  ]),
  across('order, dotted', ['search.order'], 'search', (place) => [[], 0, 1, path(place)]),
  {
    ...across(
      'order of a nested list',
      ['web_read.specification'],
      'web_read',
      ({ field, link }) => [{ [link?.via.name ?? '']: { fields: { id: {} }, order: field.name } }],
      true,
    ),
    isFar: 'list',
  },
  near('read_group', ['read_group.groupby'], 'read_group', ({ field }) => [[], [], [field.name], 0, 1]),
  near('read_group, aggregate', ['read_group.fields'], 'read_group', ({ field }) => [[], [aggregate(field)], []]),
  near('read_group, domain', ['read_group.domain'], 'read_group', ({ field }) => [isSet(field.name), [], []]),
  near('read_group, order', ['read_group.orderby'], 'read_group', ({ field }) => [
    [],
    [],
    [field.name],
    0,
    1,
    `${field.name} desc`,
  ]),
  near('group', ['formatted_read_group.groupby'], 'formatted_read_group', ({ field }) => [[], [field.name]]),
  across('group, dotted', ['formatted_read_group.groupby'], 'formatted_read_group', (place) => [[], [path(place)]]),
  near('aggregate', ['formatted_read_group.aggregates'], 'formatted_read_group', ({ field }) => [
    [],
    [],
    [aggregate(field)],
  ]),
  near('having', ['formatted_read_group.having'], 'formatted_read_group', ({ field }) => [
    [],
    [],
    [],
    [[aggregate(field), '>', 0]],
  ]),
  near('group, domain', ['formatted_read_group.domain'], 'formatted_read_group', ({ field }) => [isSet(field.name)]),
  near('group, order', ['formatted_read_group.order'], 'formatted_read_group', ({ field }) => [
    [],
    ['id'],
    [],
    [],
    0,
    1,
    `${aggregate(field)} desc`,
  ]),
  near('grouping sets', ['formatted_read_grouping_sets.grouping_sets'], 'formatted_read_grouping_sets', ({ field }) => [
    [],
    [[field.name]],
  ]),
  near(
    'grouping sets, rest',
    [
      'formatted_read_grouping_sets.aggregates',
      'formatted_read_grouping_sets.domain',
      'formatted_read_grouping_sets.order',
    ],
    'formatted_read_grouping_sets',
    ({ field }) => [[], [[]], [aggregate(field)]],
  ),
  near('web_read_group', ['web_read_group.groupby'], 'web_read_group', ({ field }) => [[], [field.name]]),
  near(
    'web_read_group, rest',
    ['web_read_group.aggregates', 'web_read_group.domain', 'web_read_group.order', 'web_read_group.opening_info'],
    'web_read_group',
    ({ field }) => [[], ['id'], [aggregate(field)]],
  ),
  near(
    'web_read_group, open',
    ['web_read_group.unfold_read_specification'],
    'web_read_group',
    ({ field }) => [[], ['id'], [], 1, 0, null, true, null, { [field.name]: {} }],
    { needsRecord: true },
  ),
  across('web_read_group, keys', ['web_read_group.groupby_read_specification'], 'web_read_group', ({ field, link }) => [
    [],
    [link?.via.name],
    [],
    1,
    0,
    null,
    false,
    null,
    null,
    80,
    { [link?.via.name ?? '']: { [field.name]: {} } },
  ]),
  near(
    'progress bar, group',
    ['read_progress_bar.group_by', 'read_progress_bar.domain'],
    'read_progress_bar',
    ({ field }) => [[], field.name, bar('id')],
  ),
  near('progress bar, value', ['read_progress_bar.progress_bar'], 'read_progress_bar', ({ field }) => [
    [],
    'id',
    bar(field.name),
  ]),
  near('name_search, domain', ['name_search.domain', 'web_name_search.domain'], 'name_search', ({ field }) => [
    '',
    isSet(field.name),
  ]),
  record('export', ['export_data.fields_to_export'], 'export_data', ({ field }) => [[field.name]]),
  across(
    'export, path',
    ['export_data.fields_to_export'],
    'export_data',
    (place) => [[path(place).replace('.', '/')]],
    true,
  ),
  near(
    'panel',
    [
      'search_panel_select_range.field_name',
      'search_panel_select_range.category_domain',
      'search_panel_select_range.filter_domain',
      'search_panel_select_range.search_domain',
    ],
    'search_panel_select_range',
    ({ field }) => [field.name],
  ),
  across(
    'panel, comodel',
    ['search_panel_select_range.comodel_domain'],
    'search_panel_select_range',
    ({ field, link }) => [link?.via.name, [], isSet(field.name)],
  ),
  near(
    'panel, several',
    [
      'search_panel_select_multi_range.field_name',
      'search_panel_select_multi_range.category_domain',
      'search_panel_select_multi_range.filter_domain',
      'search_panel_select_multi_range.search_domain',
    ],
    'search_panel_select_multi_range',
    ({ field }) => [field.name],
  ),
  across(
    'panel, several, group',
    [
      'search_panel_select_multi_range.group_by',
      'search_panel_select_multi_range.group_domain',
      'search_panel_select_multi_range.comodel_domain',
    ],
    'search_panel_select_multi_range',
    ({ field, link }) => [link?.via.name, [], [], false, false, [], null, [], field.name],
  ),
  record('translations', ['get_field_translations.field_name'], 'get_field_translations', ({ field }) => [field.name]),
  near(
    'onchange',
    ['onchange.fields_spec', 'onchange.field_names', 'onchange.values'],
    'onchange',
    ({ field }) => [{}, [], { [field.name]: {} }],
    { asks: 'know' },
  ),
  near('defaults', ['default_get.fields'], 'default_get', ({ field }) => [[field.name]], {
    asks: 'know',
    shows: (answer, { field }) => key(answer, field.name),
  }),
  near('fields_get', ['fields_get.allfields'], 'fields_get', ({ field }) => [[field.name]], {
    asks: 'know',
    shows: (answer, { field }) => key(answer, field.name),
  }),
  near('views', ['get_views.views'], 'get_views', () => [[[false, 'form']]], {
    asks: 'know',
    shows: (answer, { field, model }) => inView(answer, model, field),
  }),
  near('view', ['get_view.view_type', 'get_view.view_id'], 'get_view', () => [], {
    asks: 'know',
    shows: (answer, { field }) => JSON.stringify(answer).includes(`name=\\"${field.name}\\"`),
  }),
  {
    name: 'description of the interface',
    covers: [],
    asks: 'know',
    call: async (env, { model }) => describeModel(env, model.name)?.fields.filter(({ readable }) => readable),
    shows: (answer, { field }) =>
      (answer as { name: string }[] | undefined)?.some((one) => one.name === field.name) ?? false,
  },
  {
    name: 'loading in the house',
    covers: [],
    asks: 'use',
    call: (env, { model, field, id }) => env.model(model.name, [id]).loadExisting([field.name] as never),
  },
]

function inView(answer: unknown, model: ModelInfo, field: FieldInfo): boolean {
  const { models, views } = answer as { models: Record<string, { fields: object }>; views: object }
  return field.name in (models[model.name]?.fields ?? {}) || JSON.stringify(views).includes(`name=\\"${field.name}\\"`)
}

/** Parameters that name no field, or that the write side judges (`write-fields.test.ts` asks those). */
export const noChannel: readonly string[] = [
  'copy.default',
  'create.vals_list',
  'write.vals',
  'load.fields',
  'load.data',
  'update_field_translations.field_name',
  'update_field_translations.translations',
  'web_resequence.field_name',
  'web_resequence.specification',
  'name_create.name',
  'name_search.name',
  'name_search.operator',
  'web_name_search.name',
  'web_name_search.operator',
  'search_read.load',
  'read.load',
  'get_field_translations.langs',
  'fields_get.attributes',
  'check_access_rights.operation',
  'has_access.operation',
  'get_views.options',
  'get_view.options',
  'undo_change.request',
]
