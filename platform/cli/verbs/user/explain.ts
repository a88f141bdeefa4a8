/** `holdfast access explain` and `holdfast access costs`. */

import { explainAccess, type Explanation, rankRules, type RuleCost } from '../../../../framework/access/index.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { argument, homeVerb, isSet, option, type VerbArgument } from '../../command/verb.ts'
import { facts, table } from '../../output/table.ts'
import { plain, type Terminal } from '../../output/terminal.ts'
import { wrap } from '../../output/wrap.ts'
import { recordOf } from '../tenant/change.ts'

const tenantArgument: VerbArgument = { name: 'TENANT', isRequired: true, doc: 'name of the database' }
const userOption = { value: 'LOGIN', isRequired: true, doc: 'login of the user' } as const

/** Tells why a user may do something, or may not. */
export const accessExplain = homeVerb<Explanation>({
  name: 'access explain',
  summary: 'Tell why a user may do something with a record, or may not',
  details: `Shows which permission gives the right, what each rule says of the record, which fields are kept back, and the SQL that decides
with its cost. The answer tells whether the record exists, whatever the user may see of it. Nothing of the record itself is shown.`,
  arguments: [tenantArgument],
  options: {
    user: userOption,
    model: { value: 'MODEL', isRequired: true, doc: 'name of the model, as sale.order' },
    record: { value: 'ID', doc: 'number of one record; without it the answer is about all' },
    op: { value: 'OPERATION', doc: 'read (default), write, create or unlink' },
    analyze: { doc: 'run the statement too, read-only and for at most five seconds' },
  },
  examples: ['holdfast access explain demo --user admin --model sale.order --record 7'],
  home: 'need',
  run: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'TENANT'))
    const record = option(args, 'record')
    if (record !== undefined && !/^[1-9]\d{0,9}$/.test(record))
      throw new UsageError(`'${record.slice(0, 40)}' is no number of a record.`)
    return explainAccess(await tenants.open(name), {
      login: option(args, 'user') ?? '',
      model: option(args, 'model') ?? '',
      operation: option(args, 'op') ?? 'read',
      record: record === undefined ? null : Number(record),
      analyze: isSet(args, 'analyze'),
    })
  },
  print: (explanation, terminal) => printExplanation(explanation, terminal),
})

interface Costs {
  readonly user: string
  readonly rules: readonly RuleCost[]
}

/** Ranks the rules of a user by what they cost. */
export const accessCosts = homeVerb<Costs>({
  name: 'access costs',
  summary: 'Rank the rules that limit a user by what they cost PostgreSQL',
  arguments: [tenantArgument],
  options: { user: userOption },
  examples: ['holdfast access costs demo --user admin'],
  home: 'need',
  run: async ({ home, tenants }, args) => {
    const tenant = await tenants.open(recordOf(home, argument(args, 'TENANT')).name)
    const login = option(args, 'user') ?? ''
    return { user: login, rules: await rankRules(tenant, login) }
  },
  print: ({ rules, user }, terminal) =>
    rules.length === 0
      ? `No rule limits the records that ${plain(user)} reads.`
      : table(
          rules,
          [
            { title: 'MODEL', cell: (rule) => rule.model },
            { title: 'COST', isNumber: true, cell: (rule) => rule.cost.toFixed(1) },
            { title: 'WITHOUT', isNumber: true, cell: (rule) => rule.bareCost.toFixed(1) },
            { title: 'RATIO', isNumber: true, cell: (rule) => `${rule.ratio.toFixed(1)}×` },
            { title: 'ROWS', isNumber: true, cell: (rule) => String(rule.rows) },
            { title: 'INDEX MISSING', cell: (rule) => rule.missingIndexes.join(', '), paint: terminal.yellow },
          ],
          terminal,
        ),
})

function printExplanation(explanation: Explanation, terminal: Terminal): string {
  const { bold, green, red, dim } = terminal
  const { user, operation, model, record, decision, cost, bareCost, statement, fields } = explanation
  const isGood = decision === 'allowed' || decision === 'some'
  const what = `${operation} ${model}${record === null ? '' : `, record ${record}`}`
  const permissions = explanation.permissions.map((one) => {
    const given = one.fields === null ? '' : ` (${one.fields.length} fields)`
    return `  ${one.matches ? green('✓') : dim('·')} ${plain(one.name)}${given}  ${dim(sourceOf(one))}`
  })
  const rules = explanation.rules.map((rule) => {
    const mark = rule.holds === null ? dim('·') : rule.holds ? green('✓') : red('✗')
    const domain = rule.domain === null ? '' : `\n      ${plain(JSON.stringify(rule.domain))}`
    return `  ${mark} ${plain(rule.name)}  ${dim(sourceOf(rule))}${domain}`
  })
  const kept = fields.map(({ name, because }) => [`  ${name}`, because] as const)
  const ran = cost.ran ? `; ran ${cost.ran.ms.toFixed(1)} ms, ${cost.ran.rows} rows` : ''
  return [
    `${isGood ? green('✓') : red('✗')} ${bold(`${plain(user.login)}: ${what}`)} – ${decision}`,
    wrap(plain(explanation.because), terminal.width),
    '',
    bold('Permissions'),
    ...(permissions.length > 0 ? permissions : [dim('  none for this operation')]),
    '',
    bold('Rules'),
    ...(rules.length > 0 ? rules : [dim('  none')]),
    ...(kept.length > 0 ? ['', bold('Fields kept back'), facts(kept, terminal)] : []),
    '',
    bold('SQL'),
    wrap(plain(statement.text), terminal.width),
    dim(`values: ${plain(JSON.stringify(statement.values))}`),
    dim(`cost ${cost.total.toFixed(1)}, without rules ${bareCost.total.toFixed(1)}${ran}`),
  ].join('\n')
}

function sourceOf({
  source,
  sourceId,
  xmlid,
  group,
}: Explanation['permissions'][number] | Explanation['rules'][number]) {
  const from = source === 'framework' ? 'always' : `${source} ${sourceId}${xmlid === null ? '' : `, ${xmlid}`}`
  return plain(`${group ?? 'everybody'} · ${from}`)
}
