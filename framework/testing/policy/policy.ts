/**
 * What a user may do, worked out slowly on the raw rows of a tenant and on its table of rights. It shares no code with the
 * compiler and the Grant: an unreadable record or field is absent everywhere, a rule speaks about records as they are.
 */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import type { Content, Row } from './content.ts'
import { type Domain, Meaning, requireField, type View } from './meaning.ts'

export type Operation = 'read' | 'write' | 'create' | 'unlink'
export const operations: readonly Operation[] = ['read', 'write', 'create', 'unlink']

export interface AccessRow {
  readonly kind: 'permission' | 'group-rule' | 'global-rule'
  readonly model: string
  readonly ops: readonly Operation[]
  readonly group: number | null
  readonly domain: Domain | null
  readonly fields: readonly string[] | null
}

/** Who asks. */
export interface Person {
  readonly id: number
  readonly partner: number
  readonly commercialPartner: number
  /** The companies that the request speaks for, the current one first. */
  readonly companies: readonly number[]
  /** With those that a group implies. */
  readonly groups: ReadonlySet<number>
  /** Their external ids. */
  readonly groupNames: ReadonlySet<string>
}

export interface Setting {
  readonly lang?: string
  readonly activeTest?: boolean
  readonly computed?: NonNullable<View['computed']>
}

/** A query that uses what the user may not use. */
export class Denied extends Error {}

export class Policy {
  readonly person: Person
  readonly meaning: Meaning
  readonly #rows: readonly AccessRow[]
  readonly #setting: Setting
  readonly #answers = new Map<string, boolean>()
  readonly #records = new Map<string, Map<number, boolean>>()

  constructor(
    models: ModelRegistry['models'],
    content: Content,
    rows: readonly AccessRow[],
    person: Person,
    setting: Setting = {},
  ) {
    this.person = person
    this.#setting = setting
    this.#rows = rows.filter(({ group }) => group === null || person.groups.has(group))
    this.meaning = new Meaning(models, content, {
      lang: setting.lang ?? 'en_US',
      company: person.companies[0] ?? 0,
      activeTest: setting.activeTest ?? true,
      user: {
        id: person.id,
        partner_id: person.partner,
        commercial_partner_id: person.commercialPartner,
        company_id: person.companies[0],
        company_ids: person.companies,
      },
      ...(setting.computed ? { computed: setting.computed } : {}),
      sees: (model, row) => this.mayRecord(model, row, 'read'),
      mayUse: (model, path) => this.mayUse(model, path),
    })
  }

  /** The same rights over other content. */
  on(content: Content): Policy {
    return new Policy(this.meaning.models, content, this.#rows, this.person, this.#setting)
  }

  mayModel(model: ModelInfo, operation: Operation): boolean {
    return this.#of(model, operation).some(({ kind }) => kind === 'permission')
  }

  mayField(model: ModelInfo, name: string, operation: 'read' | 'write' | 'create' = 'read'): boolean {
    return this.#remember(`${operation} ${model.name}.${name}`, () => {
      if (!this.#permits(model, name, operation)) return false
      const other = operation === 'read' ? this.#otherSide(requireField(model, name)) : null
      return other === null || this.#permits(this.meaning.model(other.model), other.name, 'read')
    })
  }

  /** Whether a path may be used, with all that its fields are made of. */
  mayUse(model: ModelInfo, path: readonly string[], depth = 0): boolean {
    const [head = '', ...rest] = path
    const field = model.fields.get(head)
    if (!field || depth > 20 || !this.mayField(model, head)) return false
    if (!field.column && head !== 'display_name') {
      const parts = field.related ? [field.related] : (field.computed?.on ?? []).map((one) => one.split('.'))
      if (!parts.every((part) => this.mayUse(model, part, depth + 1))) return false
    }
    return rest.length === 0 || this.mayUse(this.meaning.model(field.comodel), rest, depth + 1)
  }

  mayRecord(model: ModelInfo, row: Row, operation: Operation): boolean {
    const key = `${operation} ${model.name}`
    let known = this.#records.get(key)
    if (!known) {
      known = new Map<number, boolean>()
      this.#records.set(key, known)
    }
    const kept = known.get(row.id)
    if (kept !== undefined) return kept
    const answer = this.#judge(model, row, operation)
    known.set(row.id, answer)
    return answer
  }

  /** Records that the user may read, archived ones included. */
  visible(model: ModelInfo): readonly Row[] {
    return this.mayModel(model, 'read') ? this.meaning.visible(model) : []
  }

  /** What a search finds. */
  search(model: ModelInfo, domain: Domain): readonly Row[] {
    return this.visible(model).filter(
      (row) => this.meaning.shown(model, row, domain) && this.meaning.holds(model, row, domain, true),
    )
  }

  /** @throws Denied for a field on the way that the user may not use */
  requirePath(model: ModelInfo, path: readonly string[]): void {
    const [head = '', ...rest] = path
    const field = requireField(model, head)
    if (!this.mayField(model, head) || field.options.secret) throw new Denied(`${model.name}.${head}`)
    if (!field.column && field.related && head !== 'display_name') this.requirePath(model, [...field.related, ...rest])
    else if (field.comodel && rest.length > 0) this.requirePath(this.meaning.model(field.comodel), rest)
  }

  /** @throws Denied for a field in it that the user may not use */
  requireDomain(model: ModelInfo, domain: Domain): void {
    for (const item of domain) {
      if (!Array.isArray(item) || typeof item[0] !== 'string') continue
      const [path, operator, value] = item as [string, string, unknown]
      const parts = path.split('.')
      this.requirePath(model, parts)
      const end = this.#endOf(model, parts)
      if (operator.endsWith('any') && end) {
        this.requireDomain(end, value as Domain)
        continue
      }
      // People's names: one of the naming fields has to be the user's to read.
      const isName = operator.includes('like') || [value].flat().some((one) => typeof one === 'string')
      if (isName && end && !end.options.nameSearch) this.requirePath(end, [end.displayName])
      if (operator === 'child_of' || operator === 'parent_of') this.#requireParent(model, parts, end)
    }
  }

  #requireParent(model: ModelInfo, path: readonly string[], end: ModelInfo | null): void {
    const holder = this.#endOf(model, path.slice(0, -1)) ?? model
    const field = requireField(holder, path.at(-1) ?? '')
    const isOwn = field.kind === 'many2one' && field.column && end === holder
    const parent = isOwn ? field.name : (end ?? holder).parent
    if (parent !== undefined) this.requirePath(end ?? holder, [parent])
  }

  #endOf(model: ModelInfo, path: readonly string[]): ModelInfo | null {
    let at: ModelInfo | undefined = model
    for (const name of path) at = this.meaning.models.get(at?.fields.get(name)?.comodel ?? '')
    return at ?? null
  }

  #judge(model: ModelInfo, row: Row, operation: Operation): boolean {
    const mine = this.#of(model, operation)
    if (!mine.some(({ kind }) => kind === 'permission')) return false
    if (model.options.transient && row.create_uid !== this.person.id) return false
    const holds = (one: AccessRow) => this.meaning.holds(model, row, one.domain ?? [], false)
    const groupRules = mine.filter(({ kind }) => kind === 'group-rule')
    const byRules =
      mine.every((one) => one.kind !== 'global-rule' || holds(one)) &&
      (groupRules.length === 0 || groupRules.some(holds))
    const { hangsOn } = model.options
    if (!hangsOn) return byRules
    if (hangsOn.rights === 'required') return byRules && this.#byDocument(model, row, operation, hangsOn)
    if (byRules || operation !== 'read') return byRules
    return (hangsOn.unless === undefined || unset(row[hangsOn.unless])) && this.#byDocument(model, row, 'read', hangsOn)
  }

  // Records that hang on a document follow the rights to it; those that hang on nothing are their maker's.
  #byDocument(
    model: ModelInfo,
    row: Row,
    operation: Operation,
    { id, rights, change = 'write' }: NonNullable<ModelInfo['options']['hangsOn']>,
  ): boolean {
    const number = row[id] as number | null
    if (number === null) return rights === 'required' && row.create_uid === this.person.id
    const column = requireField(model, id).options.modelField ?? ''
    const document = this.meaning.models.get(String(row[column]))
    const isDocument = [...(document?.fields.values() ?? [])].some(
      (field) => field.kind === 'one2many' && field.comodel === model.name && field.inverse === id && !field.delegate,
    )
    const held = this.meaning.content.rows.get(document?.name ?? '')?.get(number)
    const right = operation === 'read' ? 'read' : change
    if (!document || !isDocument) return false
    // Where every record is the user's, nobody looks whether this one is there.
    if (!held) return this.#isUnlimited(document, right)
    return this.mayRecord(document, held, right)
  }

  #isUnlimited(model: ModelInfo, operation: Operation): boolean {
    const mine = this.#of(model, operation)
    const rules = mine.filter(({ kind, domain }) => kind !== 'permission' && (domain ?? []).length > 0)
    return mine.some(({ kind }) => kind === 'permission') && rules.length === 0 && !model.options.transient
  }

  #of(model: ModelInfo, operation: Operation): AccessRow[] {
    return this.#rows.filter((row) => row.model === model.name && row.ops.includes(operation))
  }

  #permits(model: ModelInfo, name: string, operation: 'read' | 'write' | 'create'): boolean {
    const field = model.fields.get(name)
    if (!field) return false
    if (field.options.groups && !field.options.groups.some((group) => this.person.groupNames.has(group))) return false
    if (name === 'id' || (name === 'display_name' && operation === 'read')) return true
    return this.#of(model, operation).some(
      ({ kind, fields }) => kind === 'permission' && (fields === null || fields.includes(name)),
    )
  }

  // A list shows what the other side's field holds.
  #otherSide(field: FieldInfo): FieldInfo | null {
    const comodel = this.meaning.models.get(field.comodel ?? '')
    if (!comodel || field.delegate) return null
    if (field.kind === 'one2many') return comodel.fields.get(field.inverse ?? '') ?? null
    const { link } = field
    if (field.kind !== 'many2many' || !link) return null
    const mirrors = [...comodel.fields.values()].filter(
      (other) => other.link?.table === link.table && other.link.own === link.other && other.link.other === link.own,
    )
    return mirrors[0] ?? null
  }

  #remember(key: string, ask: () => boolean): boolean {
    let known = this.#answers.get(key)
    if (known === undefined) {
      known = ask()
      this.#answers.set(key, known)
    }
    return known
  }
}

const unset = (value: unknown): boolean => value === null || value === undefined
