/** Methods that RPC reaches on every model, with Odoo 19's names and order of arguments. */

import { type Api, api, t } from '../declare/expose.ts'

const onModel = { on: 'model' as const }
const reads = { access: 'read' as const, readonly: true }

export const baseApi: Api = {
  search: api({ ...onModel, ...reads, params: { domain: t.domain, offset: t.int.or(0), limit: t.int.or(null), order: t.str.or(null) }, returns: t.records, doc: 'Ids of the records that fulfil a domain.' }),
  search_count: api({ ...onModel, ...reads, params: { domain: t.domain, limit: t.int.or(null) }, returns: t.int, doc: 'Number of records that fulfil a domain.' }),
  search_read: api({ ...onModel, ...reads, params: { domain: t.domain.or([]), fields: t.strings.or(null), offset: t.int.or(0), limit: t.int.or(null), order: t.str.or(null), load: t.str.or('_classic_read') }, returns: t.json, doc: 'Fields of the records that fulfil a domain.' }),
  read: api({ ...reads, params: { fields: t.strings.or(null), load: t.str.or('_classic_read') }, returns: t.json, doc: 'Fields of these records; load = null gives relations as plain ids.' }),
  create: api({ ...onModel, access: 'create', params: { vals_list: t.valuesList }, returns: t.records, doc: 'Creates one record (values) or several (list of values).' }),
  write: api({ access: 'write', params: { vals: t.values }, returns: t.bool, doc: 'Writes the same values into all records.' }),
  unlink: api({ access: 'unlink', params: {}, returns: t.bool, doc: 'Deletes the records.' }),
  copy: api({ access: 'create', params: { default: t.values.or({}) }, returns: t.records, doc: 'Duplicates the records, with some values changed.' }),
  name_search: api({ ...onModel, ...reads, params: { name: t.str.or(''), domain: t.domain.or(null), operator: t.str.or('ilike'), limit: t.int.or(100) }, returns: t.json, doc: '[id, display name] of records whose name matches.' }),
  web_name_search: api({ ...onModel, ...reads, params: { name: t.str, specification: t.spec, domain: t.domain.or(null), operator: t.str.or('ilike'), limit: t.int.or(100) }, returns: t.json, doc: 'Like name_search, with a read specification.' }),
  name_create: api({ ...onModel, access: 'create', params: { name: t.str }, returns: t.json, doc: 'Creates a record from its name alone.' }),
  default_get: api({ ...onModel, ...reads, access: 'none', params: { fields_list: t.strings.or([]) }, returns: t.json, doc: 'Default values of new records.' }),
  fields_get: api({ ...onModel, ...reads, access: 'none', params: { allfields: t.strings.or(null), attributes: t.strings.or(null) }, returns: t.json, doc: 'Description of the fields that the caller may read.' }),
  read_group: api({ ...onModel, ...reads, params: { domain: t.domain, fields: t.strings.or(null), groupby: t.json, offset: t.int.or(0), limit: t.int.or(null), orderby: t.json.or(false), lazy: t.bool.or(true) }, returns: t.json, doc: 'Groups with aggregates, in the older dialect.' }),
  formatted_read_group: api({ ...onModel, ...reads, params: { domain: t.domain, groupby: t.strings.or([]), aggregates: t.strings.or([]), having: t.domain.or([]), offset: t.int.or(0), limit: t.int.or(null), order: t.str.or(null) }, returns: t.json, doc: 'Groups with aggregates.' }),
  web_search_read: api({ ...onModel, ...reads, params: { domain: t.domain, specification: t.spec, offset: t.int.or(0), limit: t.int.or(null), order: t.str.or(null), count_limit: t.int.or(null) }, returns: t.json, doc: 'Records and their number, by a read specification.' }),
  web_read: api({ ...reads, params: { specification: t.spec }, returns: t.json, doc: 'Fields of these records by a read specification.' }),
  web_save: api({ access: 'none', params: { vals: t.values, specification: t.spec, next_id: t.int.or(null) }, returns: t.json, doc: 'Creates (without ids) or writes, then reads.' }),
  onchange: api({ access: 'none', readonly: true, params: { values: t.values, field_names: t.json, fields_spec: t.spec }, returns: t.json, doc: 'What a form fills in when a person changes fields.' }),
  export_data: api({ ...reads, params: { fields_to_export: t.strings }, returns: t.json, doc: 'Rows for a spreadsheet; `id` external id, `.id` number, `a/b` paths.' }),
  load: api({ ...onModel, implementation: 'load_rows', access: 'create', params: { fields: t.strings, data: t.json }, returns: t.json, doc: 'Imports rows; all or none, with a message per faulty row.' }),
  action_archive: api({ access: 'write', params: {}, returns: t.void, doc: 'Archives the records.' }),
  action_unarchive: api({ access: 'write', params: {}, returns: t.void, doc: 'Brings archived records back.' }),
  check_access_rights: api({ ...onModel, readonly: true, access: 'none', params: { operation: t.str, raise_exception: t.bool.or(true) }, returns: t.bool, doc: 'Whether the caller has an operation on the model.' }),
  has_access: api({ readonly: true, access: 'none', params: { operation: t.str }, returns: t.bool, doc: 'Whether the caller has an operation on all of these records.' }),
  get_metadata: api({ ...reads, params: {}, returns: t.json, doc: 'Who made and changed the records, when, and their external ids.' }),
}
