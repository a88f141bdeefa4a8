/** Methods that Odoo's own client calls on every model: reading by specification, saving, groups of lists, panels, views. */

import { type Api, api, t } from '../../declare/expose.ts'

const onModel = { on: 'model' as const }
const reads = { access: 'read' as const, readonly: true }
const panel = {
  category_domain: t.domain.or([]),
  comodel_domain: t.domain.or([]),
  enable_counters: t.bool.or(false),
  expand: t.bool.or(false),
  filter_domain: t.domain.or([]),
  limit: t.int.or(null),
  search_domain: t.domain.or([]),
}

export const clientApi: Api = {
  web_name_search: api({
    ...onModel,
    ...reads,
    params: {
      name: t.str,
      specification: t.spec,
      domain: t.domain.or(null),
      operator: t.str.or('ilike'),
      limit: t.int.or(100),
    },
    returns: t.json,
    doc: 'Like name_search, with a read specification.',
  }),
  web_search_read: api({
    ...onModel,
    ...reads,
    params: {
      domain: t.domain,
      specification: t.spec,
      offset: t.int.or(0),
      limit: t.int.or(null),
      order: t.str.or(null),
      count_limit: t.int.or(null),
    },
    returns: t.json,
    doc: 'Records and their number, by a read specification.',
  }),
  web_read: api({
    ...reads,
    params: { specification: t.spec },
    returns: t.json,
    doc: 'Fields of these records by a read specification.',
  }),
  web_save: api({
    access: 'none',
    params: { vals: t.values, specification: t.spec, next_id: t.int.or(null) },
    returns: t.json,
    doc: 'Creates (without ids) or writes, then reads.',
  }),
  onchange: api({
    access: 'none',
    readonly: true,
    params: { values: t.values, field_names: t.json, fields_spec: t.spec },
    returns: t.json,
    doc: 'What a form fills in when a person changes fields.',
  }),
  web_read_group: api({
    ...onModel,
    ...reads,
    params: {
      domain: t.domain,
      groupby: t.strings,
      aggregates: t.strings.or([]),
      limit: t.int.or(null),
      offset: t.int.or(0),
      order: t.str.or(null),
      auto_unfold: t.bool.or(false),
      opening_info: t.json.or(null),
      unfold_read_specification: t.spec.or(null),
      unfold_read_default_limit: t.int.or(80),
      groupby_read_specification: t.spec.or(null),
    },
    returns: t.json,
    doc: 'Groups for a list view, with their number; open ones with their groups or records.',
  }),
  read_progress_bar: api({
    ...onModel,
    ...reads,
    params: { domain: t.domain, group_by: t.str, progress_bar: t.json },
    returns: t.json,
    doc: 'How many records of each group have which value.',
  }),
  get_views: api({
    ...onModel,
    ...reads,
    params: { views: t.json, options: t.json.or({}) },
    returns: t.json,
    doc: 'Views of the model and its fields, for clients that draw.',
  }),
  web_save_multi: api({
    access: 'write',
    params: { vals_list: t.json, specification: t.spec },
    returns: t.json,
    doc: 'Writes values of its own into each record, then reads.',
  }),
  web_resequence: api({
    access: 'write',
    params: { specification: t.spec, field_name: t.str.or('sequence'), offset: t.int.or(0) },
    returns: t.json,
    doc: 'Numbers the records in the order of their ids in the call, then reads.',
  }),
  search_panel_select_range: api({
    ...onModel,
    ...reads,
    params: { field_name: t.str, ...panel, hierarchize: t.bool.or(true) },
    returns: t.json,
    doc: 'Values of a field, of which a person chooses one to narrow a list.',
  }),
  search_panel_select_multi_range: api({
    ...onModel,
    ...reads,
    params: { field_name: t.str, ...panel, group_by: t.str.or(null), group_domain: t.json.or(null) },
    returns: t.json,
    doc: 'Values of a field, of which a person chooses several to narrow a list.',
  }),
  get_view: api({
    ...onModel,
    ...reads,
    params: { view_id: t.json.or(null), view_type: t.str.or('form'), options: t.json.or({}) },
    returns: t.json,
    doc: 'One view of the model, for clients that draw.',
  }),
}
