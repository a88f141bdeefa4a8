/** What a lead takes from its contact; what somebody typed stays where the contact has nothing to say. */

import { behaviour, type Env, onchange } from '#framework'

type Values = Readonly<Record<string, unknown>>

const taken = ['function', 'phone', 'website', 'street', 'street2', 'zip', 'city', 'state_id', 'country_id'] as const

behaviour(
  'crm.lead',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values[]
        const known = await contacts(this.env, list)
        return super.create(list.map((values) => ({ ...known.get(partnerOf(values)), ...values })))
      }

      override async write(values: Values): Promise<boolean> {
        const known = await contacts(this.env, [values])
        return super.write({ ...known.get(partnerOf(values)), ...values })
      }
    },
)

onchange('crm.lead', ['partner_id'], async (values, env) => {
  const known = await contacts(env, [values])
  return known.get(partnerOf(values)) ?? {}
})

function partnerOf(values: Values): number {
  const id = values['partner_id']
  return typeof id === 'number' ? id : 0
}

// One read for all leads of a call, with the caller's rights: an unreadable contact gives nothing away.
async function contacts(env: Env, list: readonly Values[]): Promise<Map<number, Values>> {
  const ids = [...new Set(list.map(partnerOf).filter((id) => id > 0))]
  const found = new Map<number, Values>()
  if (ids.length === 0) return found
  const partners = await env
    .model('res.partner', ids)
    .loadExisting([...taken, 'name', 'email', 'is_company', 'parent_id.name'])
  for (const partner of partners as readonly Values[]) {
    const values: Record<string, unknown> = {}
    for (const field of taken) if (partner[field]) values[field] = partner[field]
    if (partner['email']) values['email_from'] = partner['email']
    const parent = partner['parent_id'] as Values | null
    if (partner['is_company']) values['partner_name'] = partner['name']
    else {
      values['contact_name'] = partner['name']
      if (parent) values['partner_name'] = parent['name']
    }
    found.set(Number(partner['id']), values)
  }
  return found
}
