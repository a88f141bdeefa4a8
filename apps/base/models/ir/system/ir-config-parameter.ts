/** System parameters: texts by key, for administrators. */

import {
  api,
  behaviour,
  checkProgramSetting,
  type Def,
  expose,
  f,
  fields,
  isProgramSetting,
  model,
  t,
  ValidationError,
} from '#framework'

export const irConfigParameter = fields({
  key: f.char({ label: 'Key', required: true }),
  value: f.text({ label: 'Value', required: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.config_parameter': IrConfigParameterData
  }
  interface IrConfigParameterData extends Def<typeof irConfigParameter> {}
}

model('ir.config_parameter', irConfigParameter, {
  description: 'System Parameter',
  audit: { as: 'settings', conceal: { field: 'value', byKey: 'key' } },
  order: 'key',
  recName: 'key',
  constraints: { key_uniq: { unique: ['key'], message: 'Key must be unique.' } },
})

expose('ir.config_parameter', {
  get_param: api({
    params: { key: t.str, default: t.json.or(false) },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'The value of a key, or the default',
  }),
  set_param: api({
    params: { key: t.str, value: t.json },
    returns: t.json,
    access: 'write',
    on: 'model',
    doc: 'Set a key; false or an empty text removes it. Returns the value before, or false',
  }),
})

behaviour(
  'ir.config_parameter',
  (Base) =>
    class extends Base {
      async get_param(key: string, initial: unknown): Promise<unknown> {
        await this.check_access('read')
        const [found] = await find(this, key)
        return found?.value ?? initial
      }

      async set_param(key: string, value: unknown): Promise<string | false> {
        await this.check_access('write')
        if (value !== null && typeof value === 'object')
          throw new ValidationError('ERR_PARAMETER', 'A parameter holds a text, a number or a truth value.')
        const text =
          value === false || value === null || value === undefined ? '' : value === true ? 'True' : String(value)
        const [before] = await find(this, key)
        if (before && text === '') await this.browse([before.id]).unlink()
        else if (before && before.value !== text) await this.browse([before.id]).write({ value: text })
        else if (!before && text !== '') await this.create({ key, value: text })
        return before?.value ?? false
      }

      override async create(values: Parameters<InstanceType<typeof Base>['create']>[0]) {
        const list = (Array.isArray(values) ? values : [values]) as readonly Pairs[]
        for (const { key, value } of list) checkProgramSetting(String(key), value)
        const made = await super.create(values)
        if (list.some(({ key }) => isProgramSetting(key))) await this.env.rightsChanged()
        return made
      }

      override async write(values: Parameters<InstanceType<typeof Base>['write']>[0]) {
        const before = await keysOf(this)
        const { key, value } = values as Pairs
        if (value !== undefined) for (const one of key === undefined ? before : [key]) checkProgramSetting(one, value)
        // A renamed parameter would bring a value along that nobody checked.
        else if (isProgramSetting(key))
          for (const one of await this.load('value')) checkProgramSetting(key as string, one.value)
        const result = await super.write(values)
        if ([...before, key].some(isProgramSetting)) await this.env.rightsChanged()
        return result
      }

      override async unlink() {
        const before = await keysOf(this)
        const result = await super.unlink()
        if (before.some(isProgramSetting)) await this.env.rightsChanged()
        return result
      }
    },
)

interface Pairs {
  readonly key?: string
  readonly value?: unknown
}

// Of those that the caller may read; the write itself refuses the others.
async function keysOf(
  records: Pick<import('#framework').RecordSet<'ir.config_parameter'>, 'env' | 'ids'>,
): Promise<string[]> {
  const found = await records.env.model('ir.config_parameter').search([['id', 'in', records.ids]])
  return (await found.load('key')).map(({ key }) => key)
}

async function find(
  records: Pick<import('#framework').RecordSet, 'env'>,
  key: string,
): Promise<{ id: number; value: string }[]> {
  const { env } = records
  return env
    .model('ir.config_parameter', (await env.model('ir.config_parameter').search([['key', '=', key]])).ids)
    .load('value')
}
