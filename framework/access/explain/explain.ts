/**
 * Why somebody may, or may not: which permission gives it, what each rule says of a record, which fields are kept back, the
 * SQL that decides and what it costs. The answer tells that records exist, so it is for those who administer rights.
 */

import { InvalidRequestError } from '../../errors.ts'
import { type Domain, explainRead, type ModelInfo, type Operation, settled, toOperation } from '../../orm/index.ts'
import { type AccessEntry, readRights } from '../rights.ts'
import type { Tenant } from '../tenant.ts'
import { withEnv } from '../with-env.ts'
import { type KeptField, keptFields } from './fields.ts'
import { type Cost, estimate, measure } from './plan.ts'
import { type NamedEntry, readEntries, type Source } from './sources.ts'
import { findUser, noUser } from './user.ts'

export interface Question {
  readonly login: string
  readonly model: string
  /** Default read. */
  readonly operation?: string
  /** Id of a record; without it the answer is about the model. */
  readonly record?: number | null
  /** Run the statement too, for at most five seconds. */
  readonly analyze?: boolean
}

export interface PermissionAnswer extends Source {
  /** Whether the user is in the group, and the permission names the operation. */
  readonly matches: boolean
  /** Names of the only fields that it gives; `null` = all. */
  readonly fields: readonly string[] | null
}

export interface RuleAnswer extends Source {
  /** `group`: any one of them has to hold. `everybody`: each has to. The others have no record behind them. */
  readonly kind: 'group' | 'everybody' | 'own' | 'document'
  /** With the user's values; `null` for what is no domain. */
  readonly domain: Domain | null
  /** What it says of the record; `null` when none was asked about. */
  readonly holds: boolean | null
}

export interface Explanation {
  readonly user: {
    readonly id: number
    readonly login: string
    readonly name: string
    readonly groups: readonly string[]
  }
  readonly model: string
  readonly operation: Operation
  readonly record: number | null
  /** `some`: records that the rules let through; only without a record. */
  readonly decision: 'allowed' | 'some' | 'refused' | 'absent'
  /** One sentence. */
  readonly because: string
  readonly permissions: readonly PermissionAnswer[]
  readonly rules: readonly RuleAnswer[]
  readonly fields: readonly KeptField[]
  readonly statement: { readonly text: string; readonly values: readonly unknown[] }
  readonly cost: Cost
  /** Cost of the same without any right. */
  readonly bareCost: Cost
}

/**
 * Answers for one user. The caller has checked that the answer may be told.
 * @throws MissingError ERR_EXPLAIN_USER, InvalidRequestError for an unknown model or operation
 */
export async function explainAccess(tenant: Tenant, question: Question): Promise<Explanation> {
  const operation = toOperation(question.operation ?? 'read')
  const record = checkedRecord(question.record ?? null)
  const uid = await findUser(tenant, question.login)
  return withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const model = env.registry.models.get(question.model)
    if (!model || model.options.abstract) throw unknown(question.model)
    const rights = await readRights(tenant, env.db, uid)
    if (rights === null) throw noUser(question.login)
    const entries = rights
      .entriesOf(model.name)
      .filter(({ ops }) => ops.includes(operation))
      .map((entry) => ({ ...entry, domain: entry.domain && settled(entry.domain, env) }))
    const rules = entries.filter(({ kind }) => kind !== 'permission')
    const domains = rules.map(({ domain }) => domain ?? [])
    const named = await readEntries(env.db, model.name)
    const explained = explainRead(env, model.name, operation, domains, record)
    const verdict = await explained.verdict()
    const cost = question.analyze
      ? await measure(tenant.pool, explained.statement)
      : await estimate(env.db, explained.statement)
    const permissions = permissionAnswers(named, entries, operation)
    const answers = [
      ...rules.map((rule, i) => ruleAnswer(rule, named, verdict?.rules[i] ?? null)),
      ...impliedRules(model, verdict),
    ]
    const outcome = decide(permissions, answers, record, verdict, explained.isLimited)
    const groups = [...rights.user.groups].sort()
    return {
      user: { id: uid, login: rights.user.login, name: rights.user.name, groups },
      ...{ model: model.name, operation, record, ...outcome, permissions, rules: answers },
      fields: operation === 'unlink' ? [] : keptFields(env, model, operation, entries),
      statement: explained.statement.compile(),
      ...{ cost, bareCost: await estimate(env.db, explained.bare) },
    }
  })
}

type Verdict = NonNullable<Awaited<ReturnType<ReturnType<typeof explainRead>['verdict']>>>

function decide(
  permissions: readonly PermissionAnswer[],
  rules: readonly RuleAnswer[],
  record: number | null,
  verdict: Verdict | null,
  isLimited: boolean,
): Pick<Explanation, 'decision' | 'because'> {
  const giver = permissions.find(({ matches }) => matches)
  if (!giver) return { decision: 'refused', because: 'No permission of any group of the user names this operation.' }
  const given = `The permission '${giver.name}' gives it`
  if (record === null)
    return isLimited
      ? { decision: 'some', because: `${given}, for the records that the rules let through.` }
      : { decision: 'allowed', because: `${given}, and no rule limits the records.` }
  if (verdict === null) return { decision: 'absent', because: 'There is no record with this number.' }
  if (verdict.isAllowed) return { decision: 'allowed', because: `${given}, and the rules let this record through.` }
  return { decision: 'refused', because: `${given}, but ${culprit(rules)}.` }
}

// Rules for everybody all have to hold; of those of groups one is enough.
function culprit(rules: readonly RuleAnswer[]): string {
  const ofGroups = rules.filter(({ kind }) => kind === 'group')
  const failed = rules.filter(({ kind, holds }) => kind !== 'group' && holds === false).map(({ name }) => `'${name}'`)
  const parts = failed.length > 0 ? [`the record does not fulfil ${failed.join(' and ')}`] : []
  if (ofGroups.length > 0 && ofGroups.every(({ holds }) => holds === false))
    parts.push(`none of the rules of the user's groups lets the record through`)
  return parts.join(', and ') || 'the rules together do not let the record through'
}

function permissionAnswers(
  named: ReadonlyMap<number, NamedEntry>,
  entries: readonly AccessEntry[],
  operation: Operation,
): PermissionAnswer[] {
  const mine = new Set(entries.map(({ id }) => id))
  return [...named.values()]
    .filter(({ kind, ops }) => kind === 'permission' && ops.includes(operation))
    .map(({ id, source, fields }) => ({ ...source, matches: mine.has(id), fields }))
    .sort((a, b) => Number(b.matches) - Number(a.matches))
}

function ruleAnswer(rule: AccessEntry, named: ReadonlyMap<number, NamedEntry>, holds: boolean | null): RuleAnswer {
  const source = named.get(rule.id)?.source ?? { name: '', source: 'ir.rule', sourceId: 0, xmlid: null, group: null }
  return { ...source, kind: rule.kind === 'group-rule' ? 'group' : 'everybody', domain: rule.domain, holds }
}

// Two rules that no administrator can take away have no record behind them.
function impliedRules(model: ModelInfo, verdict: Verdict | null): RuleAnswer[] {
  const none = { source: 'framework', sourceId: 0, xmlid: null, group: null, domain: null }
  const own = { ...none, kind: 'own' as const, name: 'Records of a dialogue belong to the person who opened it' }
  const document = { ...none, kind: 'document' as const, name: 'The right to the document that the record hangs on' }
  return [
    ...(model.options.transient ? [{ ...own, holds: verdict?.isOwn ?? null }] : []),
    ...(model.options.hangsOn?.rights === 'required' ? [{ ...document, holds: verdict?.byDocument ?? null }] : []),
  ]
}

function unknown(model: string): InvalidRequestError {
  return new InvalidRequestError('ERR_EXPLAIN_MODEL', `There is no model '${model.slice(0, 80)}' with records.`)
}

function checkedRecord(record: number | null): number | null {
  if (record === null || (Number.isInteger(record) && record > 0 && record < 2 ** 31)) return record
  throw new InvalidRequestError('ERR_EXPLAIN_RECORD', 'A record is named by its number, a whole number above zero.')
}
