/** How partners keep their addresses in step with their company, and what protects partners of users. */

import { behaviour, type Env, onchange, UserError, ValidationError } from '#framework'
import { refuseCycle } from '../hierarchy.ts'
import { copiesName } from '../naming.ts'
import { addressFields, commercialFields } from './res-partner.ts'

type Values = Readonly<Record<string, unknown>>
type Loose = Readonly<Record<string, unknown>> & { readonly id: number }

const shared: readonly string[] = [...addressFields, ...commercialFields]

behaviour('res.partner', copiesName)
behaviour(
  'res.partner',
  (Base) =>
    class extends Base {
      override async prepareCreate(list: readonly Values[]): Promise<readonly Values[]> {
        return super.prepareCreate(await withParentsData(this.env, list.map(withCompanyType)))
      }

      override async write(given: Values): Promise<boolean> {
        const values = withCompanyType(given)
        if ('parent_id' in values) {
          await refuseCycle(
            this.env,
            'res.partner',
            this.ids,
            'parent_id',
            values['parent_id'],
            'You cannot create recursive Partner hierarchies.',
          )
        }
        if (values['active'] === false) await this.refuseForUsers('archive')
        const done = await super.write(values)
        if ('parent_id' in values || 'type' in values) await this.takeFromParents(values)
        if (shared.some((name) => name in values) || 'parent_id' in values) await this.passDown(values)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.refuseForUsers('delete')
        return super.unlink()
      }

      // Typing "Jo <jo@example.com>" where a partner is chosen makes one with both.
      override async name_create(text: string): Promise<[number, string]> {
        const match = /^\s*(.*?)\s*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$/.exec(text)
        const email = match?.[2] ?? (/^[^\s@]+@[^\s@]+$/.test(text.trim()) ? text.trim() : null)
        const partner = await this.env
          .model('res.partner')
          .create({ name: match?.[1] || (match ? match[2] : text.trim()) || '', ...(email ? { email } : {}) })
        const [row] = await partner.load('display_name')
        return [partner.id, row?.display_name ?? '']
      }

      // The name of the company comes first, then the contact's own in a weaker hand.
      override async formattedNames(): Promise<ReadonlyMap<number, string>> {
        const rows = await this.env.model('res.partner', this.ids).load('complete_name', 'is_company', 'name')
        const formatted = new Map<number, string>()
        for (const { id, complete_name, is_company, name } of rows) {
          const at = name ? (complete_name ?? '').lastIndexOf(`, ${name}`) : (complete_name ?? '').lastIndexOf(', ')
          if (complete_name && !is_company && at > 0)
            formatted.set(id, `${complete_name.slice(0, at)} \t --${complete_name.slice(at + 2)}--`)
        }
        return formatted
      }

      async refuseForUsers(act: 'archive' | 'delete'): Promise<void> {
        if (this.ids.length === 0) return
        const found = await this.env.elevate(
          'base.partners.users',
          { models: ['res.users', 'res.partner'], ops: ['read'] },
          async (env) => {
            const users = await env.model('res.users').search([
              ['partner_id', 'in', this.ids],
              ['active', '=', true],
            ])
            return (await env.model('res.users', users.ids).load('name')).map((user) => user.name)
          },
        )
        if (found.length === 0) return
        const message = `You cannot ${act} contacts that belong to active users. Archive the users first: ${found.join(', ')}.`
        const action = { type: 'ir.actions.act_window', res_model: 'res.users', view_mode: 'list,form' }
        throw new UserError('ERR_PARTNER_USER', message, {
          wireName: 'odoo.exceptions.RedirectWarning',
          wireArguments: [message, action, 'Go to users', null],
        })
      }

      // A contact lives at its company's address; another kind of address has one of its own.
      async takeFromParents(written: Values): Promise<void> {
        const partners = await this.env.model('res.partner', this.ids).load('type', 'is_company', 'parent_id')
        for (const partner of partners) {
          if (partner.parent_id === null) continue
          const parent = await parentData(this.env, partner.parent_id)
          const values = inherited(parent, partner.type === 'contact', partner.is_company)
          const news = Object.fromEntries(Object.entries(values).filter(([name]) => !(name in written)))
          if (Object.keys(news).length > 0) await super.browse([partner.id]).write(news)
        }
      }

      async passDown(written: Values): Promise<void> {
        const changed = shared.filter((name) => name in written)
        if (changed.length === 0) return
        const children = await this.env
          .withContext({ active_test: false })
          .model('res.partner')
          .search([['parent_id', 'in', this.ids]])
        for (const child of await this.env.model('res.partner', children.ids).load('type', 'is_company', 'parent_id')) {
          const names = changed.filter((name) => (isAddress(name) ? child.type === 'contact' : !child.is_company))
          if (names.length > 0)
            await this.env
              .model('res.partner', [child.id])
              .write(Object.fromEntries(names.map((name) => [name, written[name]])) as never)
        }
      }
    },
)

onchange('res.partner', ['parent_id'], async (values, env) => {
  const parent = Number(values['parent_id'] || 0)
  return parent
    ? inherited(
        await parentData(env, parent),
        (values['type'] ?? 'contact') === 'contact',
        values['is_company'] === true,
      )
    : {}
})

function withCompanyType(values: Values): Values {
  if (!('company_type' in values)) return values
  const { company_type: kind, ...others } = values
  if (kind !== 'person' && kind !== 'company')
    throw new ValidationError('ERR_PARTNER_COMPANY_TYPE', 'A contact is a person or a company.')
  return { is_company: kind === 'company', ...others }
}

async function withParentsData(env: Env, list: readonly Values[]): Promise<Values[]> {
  const parentOf = (values: Values) => Number(values['parent_id'] || 0)
  const ids = [...new Set(list.map(parentOf).filter(Boolean))]
  if (ids.length === 0) return [...list]
  const parents = await env.model('res.partner', ids).load(...([...addressFields, ...commercialFields] as const))
  const byId = new Map<number, Loose>(parents.map((parent) => [parent.id, parent]))
  return list.map((values) => {
    const isContact = (values['type'] ?? env.context['default_type'] ?? 'contact') === 'contact'
    const fromParent = inherited(byId.get(parentOf(values)), isContact, values['is_company'] === true)
    return { ...fromParent, ...values }
  })
}

async function parentData(env: Env, id: number): Promise<Loose | undefined> {
  const [parent] = await env.model('res.partner', [id]).load(...([...addressFields, ...commercialFields] as const))
  return parent
}

function inherited(parent: Loose | undefined, address: boolean, isCompany: boolean): Values {
  const values: Record<string, unknown> = {}
  if (!parent) return values
  if (address && addressFields.some((name) => parent[name]))
    for (const name of addressFields) values[name] = parent[name]
  if (!isCompany) for (const name of commercialFields) if (parent[name]) values[name] = parent[name]
  return values
}

function isAddress(name: string): boolean {
  return (addressFields as readonly string[]).includes(name)
}
