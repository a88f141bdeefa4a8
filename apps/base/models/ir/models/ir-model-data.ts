/** External ids: names under which applications, imports and clients find records again. */

import {
  AccessError,
  api,
  behaviour,
  computed,
  type Def,
  expose,
  f,
  fields,
  InvalidRequestError,
  model,
  t,
} from '#framework'

export const irModelData = fields({
  name: f.char({ label: 'External Identifier', required: true }),
  complete_name: f.char({ label: 'Complete ID', compute: true }),
  model: f.char({ label: 'Model Name', required: true }),
  module: f.char({ label: 'Module', required: true, default: '' }),
  res_id: f.int({ label: 'Record ID', modelField: 'model' }),
  noupdate: f.bool({ label: 'Non Updatable' }),
  reference: f.char({ label: 'Reference', compute: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.model.data': IrModelDataData
  }
  interface IrModelDataData extends Def<typeof irModelData> {}
}

model('ir.model.data', irModelData, {
  description: 'Model Data',
  order: 'module, model, name',
  displayName: 'name',
  constraints: {
    module_name_uniq_index: { unique: ['module', 'name'], message: 'External identifiers must be unique.' },
  },
})

computed('ir.model.data', 'complete_name', ['module', 'name'], (data) =>
  data.module ? `${data.module}.${data.name}` : data.name,
)
computed('ir.model.data', 'reference', ['model', 'res_id'], (data) => `${data.model},${data.res_id}`)

expose('ir.model.data', {
  check_object_reference: api({
    params: { module: t.str, xml_id: t.str, raise_on_access_error: t.bool.or(false) },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'Model and id behind an external id; the id is false for a record that the caller may not read',
  }),
  xmlid_to_res_model_res_id: api({
    params: { xmlid: t.str, raise_if_not_found: t.bool.or(false) },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'Model and id behind an external id, or two times false',
  }),
  xmlid_to_res_id: api({
    params: { xmlid: t.str, raise_if_not_found: t.bool.or(false) },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'Id behind an external id, or false',
  }),
})

behaviour(
  'ir.model.data',
  (Base) =>
    class extends Base {
      async check_object_reference(
        module: string,
        xmlId: string,
        raiseOnAccessError: boolean,
      ): Promise<[string, number | false]> {
        const [model, id] = await this.xmlid_to_res_model_res_id(`${module}.${xmlId}`, true)
        const isKnown = typeof model === 'string' && typeof id === 'number' && this.env.registry.models.has(model)
        if (isKnown && (await this.env.model(model).search([['id', '=', id]])).length === 1) return [model, id]
        if (raiseOnAccessError)
          throw new AccessError(
            'ERR_ACCESS_XMLID',
            `You may not read the record ${module}.${xmlId}, or it does not exist.`,
          )
        return [model === false ? '' : model, false]
      }

      async xmlid_to_res_model_res_id(
        xmlid: string,
        raiseIfNotFound: boolean,
      ): Promise<[string, number] | [false, false]> {
        const dot = xmlid.indexOf('.')
        const domain = [
          ['module', '=', dot < 0 ? '' : xmlid.slice(0, dot)],
          ['name', '=', xmlid.slice(dot + 1)],
        ] as const
        const [found] = await this.env
          .model('ir.model.data', (await this.env.model('ir.model.data').search(domain)).ids)
          .load('model', 'res_id')
        if (found) return [found.model, found.res_id]
        if (raiseIfNotFound)
          throw new InvalidRequestError('ERR_XMLID', `External ID not found in the system: ${xmlid.slice(0, 200)}`)
        return [false, false]
      }

      async xmlid_to_res_id(xmlid: string, raiseIfNotFound: boolean): Promise<number | false> {
        const [, id] = await this.xmlid_to_res_model_res_id(xmlid, raiseIfNotFound)
        return id
      }
    },
)
