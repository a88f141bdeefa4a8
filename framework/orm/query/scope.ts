/** One statement being compiled: aliases, and the Grant that is asked at every table and field. */

import { AccessError, InvalidRequestError, ServerError } from '../../errors.ts'
import { empty, id, join, literal, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import { type Operation, requireGrant } from '../grant.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { compileDomain } from '../domain/compile.ts'
import type { Domain } from '../domain/domain.ts'
import { settled } from '../domain/late.ts'
import { hangingOf, withDocuments } from './hanging.ts'
import { readableReference } from './reference.ts'

interface Counter {
  /** Parts of one statement that are compiled apart name their tables apart. */
  readonly prefix: string
  n: number
}

/**
 * `rules: true` asks the Grant everywhere. `rules: false` is for the text of a rule itself, which speaks about records as
 * they are: only `ruleText()` makes such a scope.
 */
export class Scope {
  readonly env: Env
  readonly rules: boolean
  readonly activeTest: boolean
  readonly #counter: Counter

  constructor(
    env: Env,
    options: { readonly activeTest?: boolean; readonly prefix?: string } = {},
    inner?: { rules: boolean; counter: Counter },
  ) {
    this.env = env
    this.rules = inner?.rules ?? true
    this.activeTest = options.activeTest ?? env.context.active_test !== false
    this.#counter = inner?.counter ?? { prefix: options.prefix ?? 't', n: 0 }
    requireGrant(env.grant)
  }

  alias(): string {
    return `${this.#counter.prefix}${this.#counter.n++}`
  }

  model(name: string): ModelInfo {
    const model = this.env.registry.models.get(name)
    if (!model || model.options.abstract) throw unknownModel(name)
    return model
  }

  field(model: ModelInfo, name: string, message?: string): FieldInfo {
    const field = model.fields.get(name)
    if (!field)
      throw new InvalidRequestError('ERR_FIELD_UNKNOWN', message ?? `Invalid field '${name}' on '${model.name}'`)
    this.mayRead(field)
    return field
  }

  /** @throws AccessError when the caller may not know this field */
  mayRead(field: FieldInfo): void {
    if (this.rules && !this.env.grant.field(field.model, field.name, 'read')) throw fieldDenied(field, 'read')
  }

  /** Whether the caller may use a path, with all that its fields are made of; asks without refusing. */
  mayUse(model: ModelInfo, path: readonly string[], depth = 0): boolean {
    const [head = '', ...rest] = path
    const field = model.fields.get(head)
    if (!field || depth > 20) return false
    if (this.rules && !this.env.grant.field(field.model, field.name, 'read')) return false
    const isName = field.name === 'display_name' && !field.column
    if (!field.column && !isName) {
      if (field.related && !this.mayUse(model, field.related, depth + 1)) return false
      const on = field.related ? [] : (field.computed?.on ?? [])
      if (!on.every((dotted) => this.mayUse(model, dotted.split('.'), depth + 1))) return false
    }
    if (rest.length === 0) return true
    const comodel = this.env.registry.models.get(field.comodel ?? '')
    return comodel !== undefined && this.mayUse(comodel, rest, depth + 1)
  }

  /**
   * The condition under which the caller may touch records of a table; `null` = always.
   * @param list the one2many of a readable record in which they are looked for: as its document it needs no second look
   */
  condition(model: ModelInfo, alias: string, operation: Operation = 'read', list?: FieldInfo): Sql | null {
    if (!this.rules) return null
    // Keeps promise: software/direct-references
    const records = this.env.grant.records(model.name, operation)
    if (records === false) return sql`FALSE`
    // Records of a dialogue belong to the person who opened it, whatever the rules say.
    const own =
      model.options.transient && !this.env.system ? sql`${id(alias)}.create_uid = ${this.env.uid}::int4` : null
    const hanging = hangingOf(this.env.registry, model)
    const rule = records === true ? own : this.#rule(model, alias, records, own)
    if (hanging === null || this.env.grant.unlimited.has(operation)) return rule
    return withDocuments(this, hanging, alias, operation, rule, list?.inverse === hanging.id)
  }

  /** The text of one rule by itself, for people who ask which one it was. */
  rule(model: ModelInfo, alias: string, records: Domain): Sql {
    return this.#rule(model, alias, records, null)
  }

  #rule(model: ModelInfo, alias: string, records: Domain, own: Sql | null): Sql {
    const ruleText = new Scope(this.env, { activeTest: false }, { rules: false, counter: this.#counter })
    const rule = compileDomain(ruleText, model, alias, settled(records, this.env))
    return own === null ? rule : sql`${own} AND ${rule}`
  }

  /** ` AND condition`, or nothing. */
  andCondition(model: ModelInfo, alias: string, operation: Operation = 'read', list?: FieldInfo): Sql {
    const condition = this.condition(model, alias, operation, list)
    return condition === null ? empty : sql` AND ${condition}`
  }

  /** The value of a field as SQL; the Grant has been asked for the field already. Fields without SQL value are refused. */
  value(model: ModelInfo, alias: string, field: FieldInfo): Sql {
    if (field.options.secret) throw fieldDenied(field, 'read')
    if (field.column) return this.#column(alias, field)
    // A record whose name the caller may not know is called by its number.
    if (field.name === 'display_name' && (field.related?.[0] === 'id' || !this.mayUse(model, field.related ?? ['id'])))
      return sql`(${literal(`${model.name},`)} || ${id(alias)}.id)`
    if (field.related) return this.#related(model, alias, field.related)
    throw notStored(field)
  }

  #column(alias: string, field: FieldInfo): Sql {
    const raw = id(alias, field.name)
    // The text of a rule is read in one language: the caller chooses hers.
    if (field.options.translate) return translated(raw, this.rules ? this.env.lang : 'en_US')
    if (field.kind === 'many2one') return this.reference(this.link(alias, field), field)
    const value = field.options.companyDependent ? companyValue(raw, field, this.env.companyId) : raw
    // A rule speaks about the records themselves, whoever may read what they refer to.
    return field.kind === 'reference' && this.rules ? readableReference(this, value, field) : value
  }

  /** The id in a many2one's column, whether or not the caller may read the record: for joins that hold the rule. */
  link(alias: string, field: FieldInfo): Sql {
    const raw = id(alias, field.name)
    return field.options.companyDependent ? companyValue(raw, field, this.env.companyId) : raw
  }

  /** A many2one's id, absent where the caller may not read the record it points to. */
  reference(raw: Sql, field: FieldInfo): Sql {
    const comodel = this.env.registry.models.get(field.comodel ?? '')
    if (!comodel) return raw
    const alias = this.alias()
    const condition = this.condition(comodel, alias)
    // No foreign key holds a value per company: its record may be gone.
    if (condition === null && !field.options.companyDependent) return raw
    return sql`(SELECT ${id(alias)}.id FROM ${id(comodel.table)} ${id(alias)} WHERE ${id(alias)}.id = ${raw}${condition === null ? empty : sql` AND ${condition}`})`
  }

  #related(model: ModelInfo, alias: string, path: readonly string[]): Sql {
    const [head, ...rest] = path
    const field = this.field(model, head ?? '')
    if (rest.length === 0) return this.value(model, alias, field)
    if (field.kind !== 'many2one') throw notStored(field)
    const comodel = this.model(field.comodel ?? '')
    const inner = this.alias()
    const link = field.column ? this.link(alias, field) : this.value(model, alias, field)
    return sql`(SELECT ${this.#related(comodel, inner, rest)} FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${link}${this.andCondition(comodel, inner)})`
  }
}

/** Text of a translated column: the language asked for, else English, else any. */
export function translated(raw: Sql, lang: string): Sql {
  return lang === 'en_US' ? sql`(${raw}->>'en_US')` : sql`COALESCE(${raw}->>${literal(lang)}, ${raw}->>'en_US')`
}

function companyValue(raw: Sql, field: FieldInfo, companyId: number): Sql {
  const text = sql`(${raw}->>${literal(String(companyId))})`
  switch (field.kind) {
    case 'integer':
    case 'many2one':
      return sql`${text}::int4`
    case 'float':
    case 'monetary':
      return sql`${text}::numeric`
    case 'boolean':
      return sql`${text}::bool`
    case 'date':
      return sql`${text}::date`
    case 'datetime':
      return sql`${text}::timestamp`
    default:
      return text
  }
}

export function unknownModel(name: string): InvalidRequestError {
  return new InvalidRequestError(
    'ERR_MODEL_UNKNOWN',
    `The model '${name.slice(0, 80)}' does not exist; look at the names in ir.model.`,
    { wireName: 'builtins.KeyError' },
  )
}

export function notStored(field: FieldInfo): InvalidRequestError {
  return new InvalidRequestError(
    'ERR_FIELD_NOT_STORED',
    `Cannot convert ${field.model}.${field.name} to SQL because it is not stored; filter, sort and group by stored fields.`,
  )
}

export function fieldDenied(field: FieldInfo, operation: 'read' | 'write'): AccessError {
  const verb = operation === 'read' ? 'access' : 'change'
  return new AccessError(
    'ERR_ACCESS_FIELD',
    `You do not have enough rights to ${verb} the field "${field.name}" on ${field.model}. Ask your administrator if you need it.`,
  )
}

/** Guards against a programming error that would leave a query without its table's condition. */
export function requireSql(part: Sql | undefined): Sql {
  if (!part) throw new ServerError('ERR_COMPILER', 'The query could not be compiled; this is a fault of the program.')
  return part
}

export { join }
