import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { ApiMethod, ModelInfo } from '#framework/orm/index.ts'
import { type Operation, type Policy, type Row, tellProof } from '#framework/testing/index.ts'
import { ask, type Outcome, readings } from './reading.ts'
import { absent, type Company, companyOfRoles, type Role } from './roles.ts'

/**
 * Every exposed method of every model for every role: allowed or refused, and for what reads exactly the visible records,
 * as an evaluator in memory has worked out from the raw rows. Nothing is sampled.
 */
describe('every method for every role', () => {
  let company: Company
  let models: readonly ModelInfo[]
  before(async () => {
    company = await companyOfRoles()
    models = [...company.tenant.registry.models.values()].filter(({ api }) => api.size > 0)
  })

  it('is in the table of readings, where all models have it and it reads', () => {
    const [first] = models
    const common = [...(first?.api ?? [])].filter(([name]) => models.every(({ api }) => api.has(name)))
    const reading = common.filter(([, { readonly }]) => readonly).map(([name]) => name)
    assert.deepEqual(reading.toSorted(), Object.keys(readings).toSorted())
  })

  for (const name of [
    'nobody',
    'archived user',
    'portal',
    'employee',
    'salesperson',
    'sales manager',
    'contact manager',
    'settings administrator',
  ])
    it(`answers what the policy says: ${name}`, async (t) => {
      const role = company.roles.find((one) => one.name === name)
      assert.ok(role)
      const faults: string[] = []
      let calls = 0
      for (const model of models)
        for (const [method, declared] of model.api) {
          if (!readings[method] && isOpen(role, model, declared)) continue
          const found = await examine(company, role, model, method, declared)
          calls += found.calls
          faults.push(...found.faults.map((fault) => `${model.name}.${method}: ${fault}`))
        }
      tellProof(t, { suite: 'every method for every role', cases: calls })
      assert.deepEqual(faults, [])
      assert.ok(calls > 2_000)
    })

  it('changes exactly the records that the policy says: has_access, write, unlink', async (t) => {
    const faults: string[] = []
    let calls = 0
    for (const { name, uid, policy } of company.roles) {
      if (!policy) continue
      for (const model of models)
        for (const operation of ['write', 'unlink'] as const) {
          const fault = await unevenChange(company, uid, policy, model, operation, () => calls++)
          if (fault) faults.push(`${name}, ${operation} ${model.name}: ${fault}`)
        }
    }
    tellProof(t, { suite: 'every method for every role', cases: calls })
    assert.deepEqual(faults, [])
  })

  // Last, because what is let in may leave something behind.
  it('lets in whoever has the right to the model, where a method changes', async (t) => {
    const faults: string[] = []
    let calls = 0
    for (const role of company.roles)
      for (const model of models)
        for (const [method, declared] of model.api) {
          if (readings[method] || !isOpen(role, model, declared)) continue
          calls++
          const outcome = await ask(company.tenant, role.uid, model.name, method, harmless(declared))
          const fault = shutOut(model, declared, outcome)
          if (fault) faults.push(`${role.name} ${model.name}.${method}: ${fault}`)
        }
    tellProof(t, { suite: 'every method for every role', cases: calls })
    assert.deepEqual(faults, [])
  })
})

interface Found {
  readonly calls: number
  readonly faults: readonly string[]
}

async function examine(
  company: Company,
  role: Role,
  model: ModelInfo,
  method: string,
  declared: ApiMethod,
): Promise<Found> {
  const { tenant } = company
  const call = (named: object) => ask(tenant, role.uid, model.name, method, named as never)
  const { policy } = role
  const reading = readings[method]
  const named = reading ? reading.args([], fieldFor(model, reading.needs) ?? 'id') : harmless(declared)
  if (!policy) {
    const face = 'AccessDenied 401 ERR_ACCESS_DENIED: Access Denied'
    const outcome = await call(named)
    return { calls: 1, faults: 'refused' in outcome && outcome.refused === face ? [] : [show(outcome)] }
  }
  const needs = reading?.access ?? declared.access
  if (needs !== 'none' && !policy.mayModel(model, needs)) {
    // One refusal for all of them, whatever is asked about.
    const wanted = `ERR_ACCESS_${needs.toUpperCase()}`
    const some = [...(company.content.rows.get(model.name)?.keys() ?? [])].slice(0, 1)
    const outcomes = [await call(named)]
    if (declared.on === 'records') for (const ids of [some, [absent]]) outcomes.push(await call({ ...named, ids }))
    const faces = new Set(outcomes.map((one) => ('refused' in one ? one.refused : show(one))))
    const [first] = outcomes
    const isFine = faces.size === 1 && first && 'code' in first && first.code === wanted
    return { calls: outcomes.length, faults: isFine ? [] : [`${wanted} is due: ${[...faces].join(' | ')}`] }
  }
  if (!reading) throw new TypeError(`${method} is no reading`)
  return reading.on ? eachRecord(company, role, policy, model, method) : whole(company, role, policy, model, method)
}

/** Whether the role has the right that a method asks of its model. */
function isOpen({ policy }: Role, model: ModelInfo, { access }: ApiMethod): boolean {
  return policy !== null && (access === 'none' || policy.mayModel(model, access))
}

// What a method says besides is its own matter; the model's own door has to be open, and nothing may break.
function shutOut(model: ModelInfo, { access }: ApiMethod, outcome: Outcome): string | null {
  if (!('refused' in outcome)) return null
  const gate = `You are not allowed to ${verbs[access as Operation] ?? 'x'} '${model.options.description}'`
  const isShut = access !== 'none' && outcome.refused.includes(gate)
  return isShut || / 5\d\d /.test(outcome.refused) ? show(outcome) : null
}

async function whole(company: Company, role: Role, policy: Policy, model: ModelInfo, method: string): Promise<Found> {
  const reading = readings[method]
  if (!reading) throw new TypeError(method)
  const field = fieldFor(model, reading.needs)
  if (reading.needs && field === null) return { calls: 0, faults: [] }
  const visible = idsThrough(method, company, policy, model)
  const outcome = await ask(company.tenant, role.uid, model.name, method, reading.args(visible, field))
  if ('refused' in outcome) {
    // A field that the role may not use, or a kind of list that does not fit the model, is refused by name.
    const isForeseen = reading.needs !== undefined && /ERR_ACCESS_FIELD|ERR_FIELD_|ERR_PANEL/.test(outcome.code)
    return { calls: 1, faults: isForeseen ? [] : [show(outcome)] }
  }
  const says = reading.says(outcome.value)
  if (says === null) return { calls: 1, faults: [] }
  if ('yes' in says) return { calls: 1, faults: says.yes === policy.mayModel(model, 'read') ? [] : [String(says.yes)] }
  if ('count' in says)
    return { calls: 1, faults: says.count === visible.length ? [] : [`${says.count} of ${visible.length}`] }
  return { calls: 1, faults: difference(says.ids, visible) }
}

// All visible ones together are answered; each hidden one is refused like one that does not exist.
async function eachRecord(
  company: Company,
  role: Role,
  policy: Policy,
  model: ModelInfo,
  method: string,
): Promise<Found> {
  const reading = readings[method]
  if (!reading) throw new TypeError(method)
  const field = fieldFor(model, reading.needs)
  if (reading.needs && (field === null || !policy.mayUse(model, [field]))) return { calls: 0, faults: [] }
  const call = (ids: readonly number[]) => ask(company.tenant, role.uid, model.name, method, reading.args(ids, field))
  const visible = idsThrough(method, company, policy, model)
  const faults: string[] = []
  const together = await call(visible)
  if ('refused' in together) {
    if (visible.length > 0) faults.push(`visible ones: ${show(together)}`)
  } else {
    const says = reading.says(together.value)
    if (says && 'ids' in says) faults.push(...difference(says.ids, visible))
  }
  const missing = await call([absent])
  const seesExistence =
    policy.person.groupNames.has('base.group_erp_manager') || policy.person.groupNames.has('base.group_system')
  const hidden = hiddenIds(company, visible, model)
  for (const id of hidden) {
    const outcome = await call([id])
    if (!('refused' in outcome)) faults.push(`the hidden ${id} is answered: ${show(outcome)}`)
    else if (!seesExistence && JSON.stringify(outcome) !== JSON.stringify(missing))
      faults.push(`the hidden ${id} differs from an absent one: ${show(outcome)} | ${show(missing)}`)
  }
  return { calls: 2 + hidden.length, faults }
}

async function unevenChange(
  { tenant, content }: Company,
  uid: number,
  policy: Policy,
  model: ModelInfo,
  operation: 'write' | 'unlink',
  count: () => void,
): Promise<string | null> {
  const rows = [...(content.rows.get(model.name)?.values() ?? [])]
  const may = policy.mayModel(model, operation)
  const [yes, no] = [rows.filter((row) => may && policy.mayRecord(model, row, operation)), [] as Row[]]
  no.push(...(may ? rows.filter((row) => !policy.mayRecord(model, row, operation)) : rows.slice(0, 1)))
  const has = async (ids: readonly number[]) => {
    count()
    const outcome = await ask(tenant, uid, model.name, 'has_access', { ids, operation })
    return 'value' in outcome && outcome.value === true
  }
  if (yes.length > 0 && !(await has(yes.map(({ id }) => id)))) return `not all of ${yes.length}`
  for (const { id } of no) {
    if (await has([id])) return `has_access says yes to ${id}`
    if (documentsDecide(model)) continue
    count()
    const named = { ids: [id], ...(operation === 'write' ? { vals: {} } : {}) }
    const outcome = await ask(tenant, uid, model.name, operation, named)
    if (!('refused' in outcome)) return `${operation} of ${id} went through`
    if (!/ERR_ACCESS|ERR_MISSING|ERR_VIEW/.test(outcome.code)) return show(outcome)
  }
  return null
}

/** Files have a class of their own beside the rules: these methods ask the document of any model for its files. */
const filesByDocument = new Set([
  'search',
  'search_count',
  'search_read',
  'name_search',
  'web_name_search',
  'read',
  'export_data',
  'get_metadata',
])
const documentsDecide = (model: ModelInfo): boolean => model.name === 'ir.attachment'

function idsThrough(method: string, company: Company, policy: Policy, model: ModelInfo): readonly number[] {
  const visible = policy.visible(model)
  if (!documentsDecide(model) || !filesByDocument.has(method)) return visible.map(({ id }) => id)
  const rows = [...(company.content.rows.get(model.name)?.values() ?? [])]
  return rows.filter((file) => visible.includes(file) || mayDocument(company, policy, file)).map(({ id }) => id)
}

function mayDocument({ tenant, content }: Company, policy: Policy, file: Row): boolean {
  const isAdministrator = policy.person.groupNames.has('base.group_system')
  const document = tenant.registry.models.get(String(file.res_model))
  const held = content.rows.get(String(file.res_model))?.get(Number(file.res_id))
  if (!document || !held) return file.res_id === null && isAdministrator
  if (!policy.mayRecord(document, held, 'read')) return false
  const field = file.res_field as string | null
  return field === null || (document.fields.has(field) ? policy.mayField(document, field) : isAdministrator)
}

function hiddenIds({ content }: Company, visible: readonly number[], model: ModelInfo): readonly number[] {
  const seen = new Set(visible)
  return [...(content.rows.get(model.name)?.keys() ?? [])].filter((id) => !seen.has(id))
}

function difference(got: readonly number[], wanted: readonly number[]): string[] {
  const [a, b] = [new Set(got), new Set(wanted)]
  const [over, under] = [[...a.difference(b)], [...b.difference(a)]]
  return over.length + under.length === 0 ? [] : [`too much: ${over.join()}, missing: ${under.join()}`]
}

function fieldFor(model: ModelInfo, needs: 'translated' | 'relation' | undefined): string | null {
  const fields = [...model.fields.values()]
  if (needs === 'translated') return fields.find(({ options, column }) => options.translate && column)?.name ?? null
  if (needs === 'relation') return fields.find(({ kind, column }) => kind === 'many2one' && column)?.name ?? null
  return null
}

const dummies: Readonly<Record<string, unknown>> = {
  domain: [['id', '=', absent]],
  values: {},
  valuesList: [],
  ids: [],
  id: absent,
  int: 1,
  float: 1,
  str: 'proof.none',
  bool: false,
  strings: [],
  json: [],
  spec: {},
}

/** Arguments that fit and do nothing. */
function harmless({ params, on }: ApiMethod): Readonly<Record<string, unknown>> {
  const needed = Object.entries(params).filter(([, { optional }]) => !optional)
  const named = Object.fromEntries(needed.map(([name, { kind }]) => [name, dummies[kind]]))
  return on === 'records' ? { ...named, ids: named.vals && named.specification ? [absent] : [] } : named
}

const verbs: Readonly<Record<Operation, string>> = {
  read: 'access',
  write: 'modify',
  create: 'create',
  unlink: 'delete',
}

const show = (outcome: Outcome): string =>
  'refused' in outcome ? outcome.refused.slice(0, 200) : `answered ${JSON.stringify(outcome.value)?.slice(0, 120)}`
