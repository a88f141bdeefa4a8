/** Clauses that keep access rules or the meaning of domains, each with what the code would be without it. A test must turn red for each of them. */

export interface Mutant {
  readonly name: string
  /** Below `framework/`. */
  readonly file: string
  readonly clause: string
  readonly instead: string
  /** The test file of `framework/access/` that has to notice. */
  readonly test:
    | 'rules.test.ts'
    | 'hidden-fields.test.ts'
    | 'hidden-records.test.ts'
    | 'callers-values.test.ts'
    | 'races.test.ts'
    | 'plans.test.ts'
    | '../orm/domain/property.test.ts'
    | '../../apps/messages/models/thread/thread.test.ts'
    | '../orm/query/reference.test.ts'
    | 'short-writes.test.ts'
}

const rules = 'rules.test.ts'
const fields = 'hidden-fields.test.ts'
const records = 'hidden-records.test.ts'
const values = 'callers-values.test.ts'
const domains = '../orm/domain/property.test.ts'
const threads = '../../apps/messages/models/thread/thread.test.ts'
const short = 'short-writes.test.ts'
const mutant = (name: string, file: string, clause: string, instead: string, test: Mutant['test'] = rules): Mutant => ({
  name,
  file,
  clause,
  instead,
  test,
})

export const mutants: readonly Mutant[] = [
  mutant('seen by anybody', 'orm/seen.ts', 'return env.grant', 'return env.state as never', values),
  mutant('documents open', 'orm/query/hanging.ts', ' AND ${condition})`', ')`', threads),
  mutant(
    'loose ones open',
    'orm/query/hanging.ts',
    ' AND ${id(alias)}.create_uid = ${scope.env.uid}::int4',
    '',
    threads,
  ),
  mutant('rules of threads gone', 'orm/query/hanging.ts', 'sql`(${either}) AND ${rule}`', 'sql`(${either})`', threads),
  mutant(
    'threads of one number are one',
    'orm/domain/relation.ts',
    'sql`${byId} AND ${id(inner, modelField)} = ${literal(field.model)}`',
    'byId',
    threads,
  ),
  mutant('tables without condition', 'orm/query/scope.ts', 'if (!this.rules) return null', 'return null'),
  mutant('no model is closed', 'orm/query/scope.ts', 'if (records === false) return sql`FALSE`', ''),
  mutant('every field may be read', 'orm/query/scope.ts', "throw fieldDenied(field, 'read')\n  }\n", '{}\n  }\n'),
  mutant(
    'many2one raw',
    'orm/query/scope.ts',
    'if (condition === null && !field.options.companyDependent) return raw',
    'return raw',
  ),
  mutant(
    'company many2one raw',
    'orm/query/scope.ts',
    "if (field.kind === 'many2one') return this.reference(this.link(alias, field), field)",
    "if (field.kind === 'many2one') return field.options.companyDependent ? this.link(alias, field) : this.reference(this.link(alias, field), field)",
    records,
  ),
  mutant('related path open', 'orm/query/scope.ts', '= ${link}${this.andCondition(comodel, inner)})', '= ${link})'),
  mutant('rules inside rules', 'orm/query/scope.ts', 'rules: false, counter', 'rules: true, counter'),
  mutant(
    'rule in the caller’s language',
    'orm/query/scope.ts',
    "this.rules ? this.env.lang : 'en_US'",
    'this.env.lang',
    values,
  ),
  mutant('pair open', 'orm/query/select.ts', '= ${link}${scope.andCondition(comodel, inner)})`', '= ${link})`'),
  mutant(
    'list open',
    'orm/query/select.ts',
    "inner, alias)}${active}${scope.andCondition(comodel, inner, 'read', field)}`\n  } else",
    'inner, alias)}${active}`\n  } else',
  ),
  mutant(
    'links open',
    'orm/query/select.ts',
    '= ${id(alias)}.id${active}${scope.andCondition(comodel, inner)}`\n  }\n',
    '= ${id(alias)}.id${active}`\n  }\n',
  ),
  mutant(
    'EXISTS open',
    'orm/domain/relation.ts',
    "const rule = scope.andCondition(comodel, inner, 'read', field)",
    'const rule = empty',
  ),
  mutant(
    'domain fields open',
    'orm/domain/compile.ts',
    'const field = scope.field(model, head,',
    'const field = model.fields.get(head) ?? scope.field(model, head,',
  ),
  mutant('hierarchy root open', 'orm/domain/hierarchy.ts', '${scope.andCondition(target, root)}', ''),
  mutant('hierarchy steps open', 'orm/domain/hierarchy.ts', '${scope.andCondition(target, next)}', '', records),
  mutant(
    'order field open',
    'orm/query/order.ts',
    'const field = scope.field(model, head,',
    'const field = model.fields.get(head) ?? scope.field(model, head,',
  ),
  mutant(
    'order through relations open',
    'orm/query/order.ts',
    '${scope.andCondition(comodel, inner)})${tail}',
    ')${tail}',
  ),
  mutant('own order complete', 'orm/query/order.ts', '.filter((term) => scope.mayUse(model, term.path))', ''),
  mutant('search without rule', 'orm/model/reading.ts', '${rule === null ? empty : sql`${rule} AND `}', ''),
  mutant(
    'plans of anybody',
    'orm/query/plans.ts',
    'const key = `${kind} ${owner} ${shape}`',
    'const key = `${kind} ${shape}`',
    'plans.test.ts',
  ),
  mutant(
    'plans of the same context',
    'access/environment.ts',
    '`${grant.key} ${models} ${text}`',
    '`${models} ${text}`',
    'plans.test.ts',
  ),
  mutant(
    'plans in any context',
    'access/environment.ts',
    '`${grant.key} ${models} ${text}`',
    '`${grant.key} ${models}`',
    'plans.test.ts',
  ),
  mutant('read without rule', 'orm/model/reading.ts', 'const rule = condition ?? sql`TRUE`', 'const rule = sql`TRUE`'),
  mutant('groups without rule', 'orm/model/groups/run.ts', '${rule === null ? empty : sql`${rule} AND `}', ''),
  mutant('group links open', 'orm/model/groups/key.ts', '${scope.andCondition(comodel, other)}', ''),
  mutant(
    'group field open',
    'orm/model/groups/term.ts',
    'const field = scope.field(at, name, `',
    'const field = at.fields.get(name) ?? scope.field(at, name, `',
    fields,
  ),
  mutant(
    'aggregate field open',
    'orm/model/groups/aggregates.ts',
    'const field = scope.field(model, name, `',
    'const field = model.fields.get(name) ?? scope.field(model, name, `',
  ),
  mutant('model unasked', 'orm/write/operation.ts', 'throw modelDenied(model, operation)\n}', '{}\n}'),
  mutant(
    'no check before',
    'orm/write/update.ts',
    "const rule = isChecked ? empty : scope.andCondition(model, alias, 'write')",
    'const rule = empty',
    records,
  ),
  mutant(
    'no check after a write',
    'orm/write/update.ts',
    "env.state.afterChecks.push({ env, model: model.name, operation: 'write', ids })",
    '',
    records,
  ),
  mutant(
    'no check after a create',
    'orm/write/create.ts',
    "throw await notAllThere(env, model, 'create', ids, { after: true })",
    '{}',
    short,
  ),
  mutant(
    'no check after a create with dependents',
    'orm/write/create.ts',
    "if (!isDecided) state.afterChecks.push({ env, model: model.name, operation: 'create', ids })",
    'if (!isDecided) {}',
    short,
  ),
  mutant(
    'checks put off for good',
    'orm/write/operation.ts',
    'if (doubts.length > 0) tx.postpone(',
    'if (false) tx.postpone(',
  ),
  mutant('short write: others’ records', 'orm/write/update.ts', 'AND ${rule} RETURNING (', 'RETURNING (', short),
  mutant('short write: out of reach', 'orm/write/update.ts', 'bool_and(within IS TRUE) AND ', '', short),
  mutant('short write: some of them', 'orm/write/update.ts', 'count(*) = ${ids.length}::int4 AND ', '', short),
  mutant(
    'short write: old rights',
    'orm/write/update.ts',
    ' AND ${guard}`)} AS ok FROM done',
    '`)} AS ok FROM done',
    short,
  ),
  mutant(
    'short write: many2one to anything',
    'orm/write/update.ts',
    ' || linksOf(env, [parts.columns]).size > 0',
    '',
    short,
  ),
  mutant('short create: out of reach', 'orm/write/create.ts', 'within AND ${guard}', '${guard}', short),
  mutant('short create: old rights', 'orm/write/create.ts', 'within AND ${guard}', 'within', short),
  mutant(
    'short write: told of the past',
    'orm/write/row-rule.ts',
    'return speaksOf(condition, model.table) ? null : condition',
    'return condition',
    short,
  ),
  mutant('transaction: old rights', 'sql/transaction.ts', 'guard.check(results[1]?.rows[0])', '', short),
  mutant('no check before deleting', 'orm/write/unlink.ts', "await requireRecords(env, model.name, 'unlink', ids)", ''),
  mutant(
    'every field may be written',
    'orm/write/split.ts',
    "requireFieldWrite(env, field, options.writing ? 'write' : 'create')",
    '',
  ),
  mutant('written as created', 'orm/write/split.ts', "options.writing ? 'write' : 'create'", "'create'"),
  mutant(
    'many2one to anything',
    'orm/write/link-rights.ts',
    "for (const [model, ids] of linksOf(env, records)) await requireRecords(env, model, 'read', [...ids])",
    '',
  ),
  mutant(
    'link to anything',
    'orm/write/commands.ts',
    "if (env.grant.records(comodel.name, 'read') !== true) await requireRecords(env, comodel.name, 'read', linked)",
    '',
  ),
  mutant(
    'list of anything',
    'orm/write/commands.ts',
    "await requireRecords(env, comodel.name, 'read', group)",
    '',
    records,
  ),
  mutant(
    'hidden children swept',
    'orm/write/commands.ts',
    'if (may === true || ids.length === 0) return ids',
    'return ids',
    records,
  ),
  mutant(
    'commands in any order',
    'orm/write/commands.ts',
    'drop(plan, (link) => link.parent === parent && link.child === childId(field, target))',
    '',
    values,
  ),
  mutant('mirror not recomputed', 'orm/write/commands.ts', 'isMirror(link, other.link)', 'false', values),
  mutant('secret as a default', 'orm/write/create.ts', ' && !field.options.secret', '', values),
  mutant('group rules join by AND', 'access/rights.ts', "join('|', ofGroups)", "join('&', ofGroups)"),
  mutant('no restrictions', 'access/rights.ts', 'const all = [...globals, either]', 'const all = [either]'),
  mutant('no group rules', 'access/rights.ts', 'const all = [...globals, either]', 'const all = [...globals]'),
  mutant(
    'everything permitted',
    'access/rights.ts',
    "if (!mine.some((row) => row.kind === 'permission')) return false",
    '',
  ),
  mutant(
    'operations mixed',
    'access/rights.ts',
    'const mine = rows.filter((row) => row.ops.includes(operation))',
    'const mine = rows',
  ),
  mutant(
    'field limits void',
    'access/rights.ts',
    "row.kind === 'permission' && row.ops.includes(operation)",
    'row.ops.includes(operation)',
  ),
  mutant(
    'other side of lists open',
    'access/rights.ts',
    "return other === null || permits(other.model, other.name, 'read')",
    'return true',
  ),
  mutant('values unbound', 'access/rights.ts', 'const bound = values[value.user]', 'const bound = null'),
  mutant(
    'sub-domain values flat',
    'access/rights.ts',
    "(item[1] === 'any' || item[1] === 'not any') && ",
    'false && ',
    values,
  ),
  mutant(
    'defaults elevated',
    'access/environment.ts',
    'context: withoutDefaults(parts.context)',
    'context: parts.context',
    values,
  ),
  mutant(
    'rights of before kept',
    'access/with-env.ts',
    'if (isOther || rights.epoch !== row?.n) rights.users.clear()',
    '',
    'races.test.ts',
  ),
  mutant(
    'epoch unseen',
    'orm/query/run.ts',
    'epoch !== env.epoch) throw new StaleRights()',
    'false) throw new StaleRights()',
    'races.test.ts',
  ),
  mutant('html by language raw', 'orm/write/values.ts', 'toColumn(field, given)', 'String(given)', values),
  mutant(
    'counts on prototypes',
    'orm/model/client/progress-bar.ts',
    'Object.fromEntries([...result]',
    '((pairs: [string, unknown][]) => pairs.reduce((all: Record<string, unknown>, [k, v]) => { all[k] = v; return all }, {}))([...result]',
    values,
  ),
  mutant(
    'unset is unequal to nothing',
    'orm/domain/scalar.ts',
    'sql`(${positive}) IS NOT TRUE`',
    'sql`NOT (${positive})`',
    domains,
  ),
  mutant(
    'unset is no zero',
    'orm/domain/scalar.ts',
    'if (asksUnset) parts.push(sql`${column} IS NULL`)',
    'if (asksUnset) parts.push(sql`FALSE`)',
    domains,
  ),
  mutant(
    'unset is below nothing',
    'orm/domain/scalar.ts',
    'sql`(${compared} OR ${column} IS NULL)`',
    'compared',
    domains,
  ),
  mutant(
    'seconds are points',
    'orm/domain/scalar.ts',
    "sql`date_trunc('second', ${column}) = ANY",
    'sql`${column} = ANY',
    domains,
  ),
  mutant('not any is any of not', 'orm/domain/compile.ts', 'exists : sql`NOT ${exists}`', 'exists : exists', domains),
  mutant(
    'paths are denied inside',
    'orm/domain/compile.ts',
    'condition.path.length === 1 ? opposites[condition.operator] : undefined',
    'opposites[condition.operator]',
    domains,
  ),
  mutant(
    'related fields as paths',
    'orm/domain/compile.ts',
    'if (positive && !asksUnset) return',
    'if (false) return',
    domains,
  ),
  mutant(
    'no one is their own child',
    'orm/domain/hierarchy.ts',
    'SELECT id FROM ${id(tree)}`',
    'SELECT id FROM ${id(tree)} WHERE parent IS NOT NULL`',
    domains,
  ),
  mutant(
    'archived ones count in lists',
    'orm/domain/relation.ts',
    'const hidesArchived = options.archived !== true && ',
    'const hidesArchived = false && ',
    domains,
  ),
  mutant('archived ones never count', 'orm/domain/relation.ts', 'options.archived !== true && ', '', domains),
  mutant(
    'named by the first field',
    'orm/domain/relation.ts',
    'usable.length > 0 ? usable :',
    'usable.length > 1 ? usable.slice(0, 1) :',
    domains,
  ),
  mutant(
    'reference raw',
    'orm/query/scope.ts',
    "field.kind === 'reference' && this.rules ?",
    'false ?',
    '../orm/query/reference.test.ts',
  ),
]
