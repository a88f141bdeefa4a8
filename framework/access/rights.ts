/** What one user may do, read from the database in one go and kept until the epoch changes. */

import {
  type Domain,
  type Env,
  type FieldInfo,
  isMirror,
  mintGrant,
  nothing,
  settled,
  type Grant,
  type ModelRegistry,
  type Operation,
  type UserRights,
} from '../orm/index.ts'
import { bindRuleValue, type Caller, isRuleValue } from '../expression/index.ts'
import { type Queryable, sql } from '../sql/index.ts'
import type { Tenant } from './tenant.ts'

export interface Rights {
  readonly user: UserRights
  /** As a member of all of the user's companies. */
  readonly grant: Grant
  /** As a member of only these of the user's companies, of which the first is the current one. */
  within(companies: readonly number[]): Grant
  /** The entries behind the grant that speak of a model, with the caller's values in their domains. */
  entriesOf(model: string): readonly AccessEntry[]
}

/** Combinations of companies whose grants are kept; callers choose them. */
const mostCombinations = 50

/** One permission or rule that counts for a user, as `hf_access` holds it. */
export interface AccessEntry {
  readonly id: number
  readonly kind: 'permission' | 'group-rule' | 'global-rule'
  readonly model: string
  readonly ops: readonly Operation[]
  readonly domain: Domain | null
  readonly fields: readonly string[] | null
}

interface UserRow extends Record<string, unknown> {
  readonly id: number
  readonly login: string
  readonly name: string | null
  readonly partner_id: number
  readonly commercial_partner_id: number | null
  readonly company_id: number
  readonly company_ids: number[]
  readonly lang: string | null
  readonly tz: string | null
  readonly group_ids: number[]
  readonly groups: string[]
}

/** Rights of an active user; `null` when there is none with this id, or it is archived. */
export async function readRights(tenant: Pick<Tenant, 'registry'>, db: Queryable, uid: number): Promise<Rights | null> {
  const [row] = await db.query<UserRow>(sql`
    WITH RECURSIVE closure(gid) AS (
      SELECT gid FROM res_groups_users_rel WHERE uid = ${uid}::int4
      UNION SELECT i.hid FROM res_groups_implied_rel i JOIN closure c ON c.gid = i.gid)
    SELECT u.id, u.login, p.name, u.partner_id, p.commercial_partner_id, u.company_id, p.lang, p.tz,
      coalesce((SELECT array_agg(cid ORDER BY cid) FROM res_company_users_rel WHERE user_id = u.id), ARRAY[u.company_id]) AS company_ids,
      coalesce((SELECT array_agg(gid ORDER BY gid) FROM closure), '{}') AS group_ids,
      coalesce((SELECT array_agg(d.module || '.' || d.name) FROM closure c JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = c.gid), '{}') AS groups
    FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = ${uid}::int4 AND u.active`)
  if (!row) return null
  const access = await db.query<AccessEntry & Record<string, unknown>>(
    sql`SELECT id, kind, model, ops, domain, fields FROM hf_access WHERE active AND (group_id IS NULL OR group_id = ANY(${row.group_ids}::int4[])) ORDER BY id`,
  )
  const user: UserRights = {
    id: row.id,
    login: row.login,
    name: row.name ?? row.login,
    partnerId: row.partner_id,
    companyId: row.company_id,
    companyIds: row.company_ids,
    lang: row.lang ?? 'en_US',
    tz: row.tz,
    groups: new Set(row.groups),
    groupIds: row.group_ids,
  }
  const commercialPartnerId = row.commercial_partner_id ?? row.partner_id
  const grantIn = (companyId: number, companyIds: readonly number[]) =>
    makeGrant(tenant.registry, access, { ...user, companyId, companyIds }, commercialPartnerId)
  const known = new Map<string, Grant>()
  const within = (companies: readonly number[]) => {
    const key = companies.join()
    const grant = known.get(key) ?? grantIn(companies[0] ?? user.companyId, companies)
    if (known.size >= mostCombinations) known.clear()
    known.set(key, grant)
    return grant
  }
  const entriesOf = (model: string) =>
    access
      .filter((entry) => entry.model === model)
      .map((entry) => ({ ...entry, domain: bind(entry.domain, valuesOf(user, commercialPartnerId)) }))
  return { user, grant: grantIn(user.companyId, user.companyIds), within, entriesOf }
}

/** Everything, for the framework's own work: installation, import, recomputation. Secrets stay unreadable even here. */
export const systemGrant: Grant = mintGrant({
  seesExistence: true,
  unlimited: new Set(['read', 'write', 'create', 'unlink']),
  records: () => true,
  field: () => true,
})

const elevated = new WeakMap<Grant, Map<string, Grant>>()

/** Only these models and operations, without conditions; what else is asked for falls back to the caller's own rights. */
export function elevatedGrant(base: Grant, models: readonly string[] | '*', ops: readonly Operation[]): Grant {
  const known = elevated.get(base) ?? new Map<string, Grant>()
  elevated.set(base, known)
  const bounds = JSON.stringify([models, ops])
  const grant = known.get(bounds) ?? elevate(base, models === '*' ? '*' : new Set(models), new Set(ops))
  known.set(bounds, grant)
  return grant
}

function elevate(base: Grant, models: ReadonlySet<string> | '*', ops: ReadonlySet<Operation>): Grant {
  const covers = (model: string, operation: Operation) => (models === '*' || models.has(model)) && ops.has(operation)
  return mintGrant({
    seesExistence: base.seesExistence,
    unlimited: models === '*' ? ops : base.unlimited,
    records: (model, operation) => (covers(model, operation) ? true : base.records(model, operation)),
    field: (model, field, operation) =>
      (models === '*' || models.has(model) ? ops.has(operation) : false) || base.field(model, field, operation),
  })
}

function makeGrant(
  registry: ModelRegistry,
  rows: readonly AccessEntry[],
  user: UserRights,
  commercialPartnerId: number,
): Grant {
  const byModel = new Map<string, AccessEntry[]>()
  for (const row of rows) byModel.set(row.model, [...(byModel.get(row.model) ?? []), row])
  const records = new Map<string, true | false | Domain>()
  const fields = new Map<string, ReadonlySet<string> | true>()
  const values = valuesOf(user, commercialPartnerId)
  const grant: Grant = mintGrant({
    seesExistence: user.groups.has('base.group_erp_manager') || user.groups.has('base.group_system'),
    unlimited: new Set(),
    records(model, operation) {
      const key = `${model}/${operation}`
      let known = records.get(key)
      if (known === undefined) {
        known = combine(byModel.get(model) ?? [], operation, values)
        // Whatever hangs on documents is limited by the rights to those.
        const isHanging = registry.models.get(model)?.options.hangsOn?.rights === 'required'
        if (known === true && isHanging) known = [['id', '!=', false]]
        records.set(key, known)
      }
      return known
    },
    field(model, field, operation) {
      if (!permits(model, field, operation)) return false
      const own = registry.models.get(model)?.fields.get(field)
      if (own?.options.formula !== undefined && !mayUseFormula(own, operation)) return false
      // A list shows what the field on the other side holds: who may not read that one has no list either.
      const other = operation === 'read' ? otherSide(registry, model, field) : null
      return other === null || permits(other.model, other.name, 'read')
    },
  })
  return grant

  // A formula is read by who may read all that it is made of, and written by nobody.
  function mayUseFormula({ model, computed }: FieldInfo, operation: 'read' | 'write' | 'create'): boolean {
    if (operation !== 'read') return false
    return (computed?.on ?? []).every((path) => {
      let at: string | undefined = model
      return path.split('.').every((part) => {
        const isReadable = at !== undefined && grant.field(at, part, 'read')
        at = registry.models.get(at ?? '')?.fields.get(part)?.comodel
        return isReadable
      })
    })
  }

  function permits(model: string, field: string, operation: 'read' | 'write' | 'create'): boolean {
    const info = registry.models.get(model)?.fields.get(field)
    if (!info) return false
    if (info.options.groups && !info.options.groups.some((group) => user.groups.has(group))) return false
    const key = `${model}/${operation}`
    let allowed = fields.get(key)
    if (allowed === undefined) {
      allowed = permittedFields(byModel.get(model) ?? [], operation)
      fields.set(key, allowed)
    }
    return (
      allowed === true || allowed.has(field) || field === 'id' || (field === 'display_name' && operation === 'read')
    )
  }
}

// What `user.…` stands for in the domain of a rule.
function valuesOf(user: UserRights, commercialPartnerId: number): CallersValues {
  return {
    caller: callerOf(user),
    id: user.id,
    partner_id: user.partnerId,
    company_id: user.companyId,
    company_ids: user.companyIds,
    commercial_partner_id: commercialPartnerId,
  }
}

// The many2one of a one2many; the many2many that shares a link table with another one, seen from the other end.
function otherSide(registry: ModelRegistry, model: string, field: string): FieldInfo | null {
  const info = registry.models.get(model)?.fields.get(field)
  if (info?.kind !== 'one2many' && info?.kind !== 'many2many') return null
  const comodel = registry.models.get(info.comodel ?? '')
  if (!comodel || info.delegate) return null
  if (info.kind === 'one2many') return comodel.fields.get(info.inverse ?? '') ?? null
  const { link } = info
  if (!link) return null
  for (const other of comodel.fields.values()) if (isMirror(link, other.link)) return other
  return null
}

/** Permissions add up, group rules add up among themselves, global rules all hold. Without a permission: nothing. */
function combine(rows: readonly AccessEntry[], operation: Operation, values: CallersValues): true | false | Domain {
  const mine = rows.filter((row) => row.ops.includes(operation))
  if (!mine.some((row) => row.kind === 'permission')) return false
  const globals = mine.filter((row) => row.kind === 'global-rule').map((row) => bind(row.domain, values))
  const ofGroups = mine.filter((row) => row.kind === 'group-rule').map((row) => bind(row.domain, values))
  const either = ofGroups.length === 0 || ofGroups.some((domain) => domain.length === 0) ? [] : join('|', ofGroups)
  const all = [...globals, either].filter((domain) => domain.length > 0)
  return all.length === 0 ? true : join('&', all)
}

function permittedFields(rows: readonly AccessEntry[], operation: Operation): ReadonlySet<string> | true {
  const permissions = rows.filter((row) => row.kind === 'permission' && row.ops.includes(operation))
  if (permissions.some((row) => row.fields === null)) return true
  return new Set(permissions.flatMap((row) => row.fields ?? []))
}

function join(operator: '&' | '|', domains: readonly Domain[]): Domain {
  return domains.flatMap((domain, i) => [...(i < domains.length - 1 ? [operator] : []), ...oneOperand(domain)])
}

// A domain of several conditions holds them together by an implied AND; as an operand it needs the signs.
function oneOperand(domain: Domain): Domain {
  let operands = 0
  for (const item of domain) operands += item === '&' || item === '|' ? -1 : item === '!' ? 0 : 1
  return [...Array.from({ length: Math.max(0, operands - 1) }, () => '&' as const), ...domain]
}

/** What values in rules are made of: those of `{ user: … }` by name, and the caller of expressions. */
type CallersValues = Readonly<Record<string, unknown>> & { readonly caller: Omit<Caller, 'now'> }

// The time zone of a call is its caller's choice: rules know UTC.
function callerOf(user: UserRights): Omit<Caller, 'now'> {
  const { companyId, companyIds } = user
  return { ...user, currentCompanyId: companyId, currentCompanyIds: companyIds, zone: 'UTC' }
}

/** A domain with values of the caller in it, as a rule would have them; what names nobody's commercial partner matches nothing. */
export function bindForCaller(env: Env, domain: Domain): Domain {
  const { user, companyId, companyIds } = env
  const caller = callerOf({ ...user, companyId, companyIds })
  const { id, partnerId: partner_id } = user
  return settled(bind(domain, { caller, id, partner_id, company_id: companyId, company_ids: companyIds }), env)
}

// `{ user: 'id' }` in a rule stands for a value of the caller, `{ expression: … }` for what it gives. Where there is no value, the
// rule holds for no record.
function bind(domain: Domain | null, values: CallersValues): Domain {
  const missing = { any: false }
  const bound = bindAll(domain ?? [], values, missing)
  return missing.any ? nothing : bound
}

function bindAll(domain: Domain, values: CallersValues, missing: { any: boolean }): Domain {
  return domain.map((item) =>
    Array.isArray(item)
      ? ([
          item[0],
          item[1],
          isSubDomain(item) ? bindAll(item[2] as Domain, values, missing) : bindValue(item[2], values, missing),
        ] as const)
      : item,
  ) as Domain
}

function isSubDomain(item: readonly unknown[]): boolean {
  return (item[1] === 'any' || item[1] === 'not any') && Array.isArray(item[2])
}

function bindValue(value: unknown, values: CallersValues, missing: { any: boolean }): unknown {
  if (Array.isArray(value))
    return value.flatMap((v) => {
      const bound = bindValue(v, values, missing)
      return (isUserValue(v) || isRuleValue(v)) && Array.isArray(bound) ? bound : [bound]
    })
  if (isRuleValue(value)) {
    const bound = bindRuleValue(value.expression, values.caller)
    if (bound === undefined) missing.any = true
    return bound
  }
  if (isUserValue(value)) {
    const bound = values[value.user]
    // A rule that names something unknown matches nothing: false would match unset fields.
    return bound ?? -1
  }
  return value
}

function isUserValue(value: unknown): value is { readonly user: string } {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    typeof (value as { user?: unknown }).user === 'string'
  )
}
