// One seeded hole for each class of holes that such systems had, with the suite that has to be red on the twin.

export interface Twin {
  /** The class, in words. */
  readonly name: string
  /** Below the root. */
  readonly file: string
  readonly clause: string
  readonly instead: string
  readonly suite: string
  /** Tests of the suite that are run on the twin: enough to be red, few enough to be quick. */
  readonly only: string
}

const roles = 'tests/proof/method-role.test.ts'
const fields = 'tests/proof/field-channel.test.ts'
const writes = 'tests/proof/write-fields.test.ts'
const wild = 'framework/orm/wild.test.ts'
const scope = 'framework/orm/query/scope.ts'
const rights = 'framework/access/rights.ts'
const mayRead = 'if (this.rules && !this.env.grant.field(field.model, field.name, '

const twin = (name: string, file: string, clause: string, instead: string, suite: string, only = '.'): Twin => ({
  name,
  file,
  clause,
  instead,
  suite,
  only,
})

export const twins: readonly Twin[] = [
  twin(
    'a field that nobody allowed is read',
    scope,
    mayRead,
    `if (this.rules && this.env.grant.key === '' && !this.env.grant.field(field.model, field.name, `,
    fields,
    'else: read, user 0',
  ),
  twin(
    'a filter on an unreadable field',
    'framework/orm/domain/compile.ts',
    'const field = scope.field(model, head,',
    'const field = model.fields.get(head) ?? scope.field(model, head,',
    fields,
    'else: filter, user 0',
  ),
  twin(
    'an order by an unreadable field',
    'framework/orm/query/order.ts',
    'const field = scope.field(model, head,',
    'const field = model.fields.get(head) ?? scope.field(model, head,',
    fields,
    'else: order, user 0',
  ),
  twin(
    'a group-by on an unreadable field',
    'framework/orm/model/groups/term.ts',
    'const field = scope.field(at, name,',
    'const field = at.fields.get(name) ?? scope.field(at, name,',
    fields,
    'else: group, user 0',
  ),
  twin(
    'an aggregate of an unreadable field',
    'framework/orm/model/groups/aggregates.ts',
    'const field = scope.field(model, name,',
    'const field = model.fields.get(name) ?? scope.field(model, name,',
    fields,
    'else: aggregate, user 0',
  ),
  twin(
    'a description that tells of hidden fields',
    'framework/orm/model/describe.ts',
    "if (!grant.field(model.name, field.name, 'read')) continue",
    '',
    fields,
    'else: fields_get, user 0',
  ),
  twin(
    'defaults of hidden fields',
    'framework/orm/model/describe.ts',
    "for (const [field, value] of defaults) if (env.grant.field(model.name, field.name, 'read')) result",
    'for (const [field, value] of defaults) result',
    fields,
    'else: defaults, user 0',
  ),
  twin(
    'translations of a hidden record',
    'framework/orm/model/translations.ts',
    "await requireRecords(records.env, records.modelName, 'read', [records.id])",
    '',
    roles,
    'says: employee',
  ),
  twin(
    'a form that shows hidden fields',
    'framework/orm/model/client/onchange.ts',
    'new Scope(env).field(info, name)',
    'info.fields.get(name) as never',
    fields,
    'else: onchange, user 0',
  ),
  twin(
    'a secret that leaves',
    'framework/orm/query/scope.ts',
    "if (field.options.secret) throw fieldDenied(field, 'read')",
    '',
    fields,
    'secret field',
  ),
  twin(
    'a forbidden field in an import',
    'framework/orm/write/operation.ts',
    'if (!env.grant.field(field.model, field.name, operation)) throw',
    'if (field.name === "") throw',
    writes,
    'it: load',
  ),
  twin(
    'mass assignment of a forbidden field',
    'framework/orm/write/operation.ts',
    'if (!env.grant.field(field.model, field.name, operation)) throw',
    'if (field.name === "") throw',
    writes,
    'it: create',
  ),
  twin(
    'a model without entry is open',
    rights,
    "if (!mine.some((row) => row.kind === 'permission')) return false",
    '',
    roles,
    'says: portal',
  ),
  twin(
    'restrictions of all are forgotten',
    rights,
    'const all = [...globals, either]',
    'const all = [either]',
    roles,
    'says: employee',
  ),
  twin(
    'rules of groups are forgotten',
    rights,
    "ofGroups.length === 0 || ofGroups.some((domain) => domain.length === 0) ? [] : join('|', ofGroups)",
    '[] as Domain',
    roles,
    'says: salesperson',
  ),
  twin('an archived user is let in', rights, ' AND u.active`', '`', roles, 'says: archived user'),
  twin(
    'groups of groups are forgotten',
    rights,
    'UNION SELECT i.hid',
    'UNION SELECT i.gid',
    roles,
    'says: sales manager',
  ),
  twin(
    'a dialogue of somebody else',
    scope,
    'model.options.transient && !this.env.system',
    'model.options.transient && this.env.system',
    roles,
    'says: settings administrator',
  ),
  twin(
    'messages without their document',
    'framework/orm/query/hanging.ts',
    ' AND ${condition})`',
    ')`',
    roles,
    'says: portal',
  ),
  twin(
    'what hangs on nothing is everybody’s',
    'framework/orm/query/hanging.ts',
    ' AND ${id(alias)}.create_uid = ${scope.env.uid}::int4',
    '',
    wild,
  ),
  twin(
    'records by id without their rule',
    'framework/orm/model/reading.ts',
    'const rule = condition ?? sql`TRUE`',
    'const rule = sql`TRUE`',
    roles,
    'says: salesperson',
  ),
  twin(
    'an absent record differs from a forbidden one',
    'framework/orm/model/reading.ts',
    'if (limited && count < ids.length)',
    'if (limited && count < ids.length && ids[0] !== 1_999_999_999)',
    roles,
    'says: portal',
  ),
  twin(
    'a list helper of its own lets through',
    'apps/base/models/ir/files/ir-attachment.ts',
    'if (gone.length === 0) return',
    'if (gone.length >= 0) return',
    roles,
    'says: portal',
  ),
  twin(
    'a relation shows unreadable records',
    'framework/orm/domain/relation.ts',
    "const rule = scope.andCondition(comodel, inner, 'read', field)",
    'const rule = empty',
    wild,
  ),
  twin(
    'a many2one tells of a record out of sight',
    scope,
    'if (condition === null && !field.options.companyDependent) return raw',
    'return raw',
    wild,
  ),
  twin(
    'a hierarchy goes on behind what is out of sight',
    'framework/orm/domain/hierarchy.ts',
    '${scope.andCondition(target, next)}',
    '',
    'framework/access/hidden-records.test.ts',
  ),
  twin(
    'the list shows what the other side hides',
    rights,
    "return other === null || permits(other.model, other.name, 'read')",
    'return other === null || true',
    wild,
  ),
  twin(
    'a reference tells that a record exists',
    'framework/orm/query/reference.ts',
    '${scope.andCondition(model, alias)}',
    '',
    wild,
  ),
]
