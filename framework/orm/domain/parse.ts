/** Reads a domain in prefix notation into a tree; refuses what is malformed and says where. */

import { InvalidRequestError } from '../../errors.ts'
import type { Domain } from './domain.ts'

export type Condition =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly is: 'constant'; readonly value: boolean }
  | Comparison
  | { readonly is: 'not'; readonly part: Condition }

/** One condition: a path from the model, an operator, a value. */
export interface Comparison {
  readonly is: 'leaf'
  readonly path: readonly string[]
  readonly operator: Operator
  readonly value: unknown
  /** What the records of a relation have to fulfil, for `any` and `not any`. */
  readonly inner?: Condition
  /** Where it stands, e.g. `domain[2]`; unknown for conditions that the compiler makes itself. */
  readonly at?: string
}

export const operators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  '=?',
  'like',
  'ilike',
  'not like',
  'not ilike',
  '=like',
  '=ilike',
  'not =like',
  'not =ilike',
  'in',
  'not in',
  'child_of',
  'parent_of',
  'any',
  'not any',
] as const
export type Operator = (typeof operators)[number]

const known = new Set<string>(operators)
const aliases: ReadonlyMap<string, Operator> = new Map([
  ['==', '='],
  ['<>', '!='],
])
/** Deeper nesting than people write; bounds the recursion of the compiler. */
const maxDepth = 20
/** Brackets within brackets in the predicate; PostgreSQL's own stack is bounded, too. */
const maxHeight = 200
const maxLeaves = 2_000

/** Where in the whole domain one reads, and what is left to read. */
interface Place {
  readonly at: string
  readonly depth: number
  readonly budget: { left: number }
}

/**
 * @param value anything that came over the wire; nothing at all holds for every record, `true` and `false` for all and none
 * @throws InvalidRequestError ERR_DOMAIN, with the place of the fault: `domain[1][2][0]` is the first condition of the
 *   domain that is the value of the second one
 */
export function parseDomain(value: unknown): Condition {
  const whole = parse(value, { at: 'domain', depth: 0, budget: { left: maxLeaves } })
  if (height(whole, 0) > maxHeight)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain is nested more than ${maxHeight} levels deep.`)
  return whole
}

function parse(value: unknown, place: Place): Condition {
  if (value === null || value === undefined) return { is: 'and', parts: [] }
  if (typeof value === 'boolean') return { is: 'constant', value }
  if (!Array.isArray(value))
    throw new InvalidRequestError('ERR_DOMAIN', `A domain is a list of conditions, not ${show(value)} (${place.at}).`, {
      wireName: 'builtins.TypeError',
    })
  if (place.depth > maxDepth)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain is nested more than ${maxDepth} levels deep.`)
  if (value.length > maxLeaves * 2)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain has more than ${maxLeaves} conditions.`)
  const stack: Condition[] = []
  for (let i = value.length - 1; i >= 0; i--) {
    const item: unknown = value[i]
    const at = `${place.at}[${i}]`
    if (item === '&' || item === '|') {
      const a = stack.pop()
      const b = stack.pop()
      if (!a || !b) throw malformed(value, `'${item}' at ${at} needs two conditions after it`)
      stack.push(joined(item === '&' ? 'and' : 'or', a, b))
    } else if (item === '!') {
      const a = stack.pop()
      if (!a) throw malformed(value, `'!' at ${at} needs a condition after it`)
      stack.push(a.is === 'not' ? a.part : { is: 'not', part: a })
    } else stack.push(leaf(item, { ...place, at }))
  }
  return stack.length === 1 && stack[0] ? stack[0] : { is: 'and', parts: stack.reverse() }
}

// A chain of the same sign is one list, however long: `| | | a b c d`.
function joined(is: 'and' | 'or', a: Condition, b: Condition): Condition {
  if (b.is === is) return { is, parts: [a, ...b.parts] }
  if (a.is === is) return { is, parts: [...a.parts, b] }
  return { is, parts: [a, b] }
}

function height(condition: Condition, above: number): number {
  if (above > maxHeight || condition.is === 'constant') return above
  if (condition.is === 'leaf') return condition.inner ? height(condition.inner, above + 1) : above
  if (condition.is === 'not') return height(condition.part, above + 1)
  return condition.parts.reduce((most, part) => Math.max(most, height(part, above + 1)), above)
}

function leaf(item: unknown, place: Place): Condition {
  const { at, budget } = place
  if (!Array.isArray(item) || item.length !== 3)
    throw new InvalidRequestError(
      'ERR_DOMAIN',
      `A condition is [field, operator, value], and beside conditions a domain holds & | ! only; ${show(item)} at ${at} is neither.`,
    )
  const [path, rawOperator, value] = item as readonly unknown[]
  if (--budget.left < 0)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain has more than ${maxLeaves} conditions.`)
  const lower = typeof rawOperator === 'string' ? rawOperator.toLowerCase().replace(/\s+/g, ' ') : ''
  const operator = aliases.get(lower) ?? (known.has(lower) ? (lower as Operator) : undefined)
  if (!operator)
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `Invalid operator ${show(rawOperator)} in condition ${show(item)} at ${at}[1]; use one of ${operators.join(', ')}.`,
    )
  if (path === 1 || path === 0)
    return { is: 'constant', value: (path === 1) === (operator === '=' ? value === 1 || value === true : value !== 1) }
  const parts = typeof path === 'string' ? path.split('.') : []
  if (parts.length === 0 || parts.length > 12 || parts.some((p) => !/^[a-z_][a-z0-9_]*$/i.test(p)))
    throw new InvalidRequestError('ERR_DOMAIN_FIELD', `Invalid field ${show(path)} in condition at ${at}[0].`)
  const made: Comparison = { is: 'leaf', path: parts, operator, value, at }
  if (operator !== 'any' && operator !== 'not any') return made
  return { ...made, inner: parse(value, { at: `${at}[2]`, depth: place.depth + 1, budget }) }
}

function malformed(value: unknown, why: string): InvalidRequestError {
  return new InvalidRequestError('ERR_DOMAIN', `Malformed domain ${show(value)}: ${why}.`)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Whether a condition speaks about the field anywhere (its own records, not through relations). */
export function mentions(condition: Condition, field: string): boolean {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.parts.some((part) => mentions(part, field))
    case 'not':
      return mentions(condition.part, field)
    case 'leaf':
      return condition.path.length === 1 && condition.path[0] === field
    default:
      return false
  }
}

/** Joins domains so that all hold; what they join by '&' themselves stands in the same row, as Odoo's clients expect it. */
export function andDomains(...domains: readonly (Domain | undefined | null)[]): Domain {
  const parts = domains.flatMap((domain) => (domain && domain.length > 0 ? conjuncts(explicit(domain)) : []))
  return [...parts.slice(1).map(() => '&' as const), ...parts.flat()]
}

// A domain with implicit ANDs must become one operand.
function explicit(domain: Domain): Domain {
  let need = 0
  let count = 0
  for (const item of domain) {
    if (item === '&' || item === '|') need++
    else if (item !== '!') count++
  }
  return [...Array.from({ length: count - 1 - need }, () => '&' as const), ...domain]
}

// The parts of one operand that a row of '&' joins. What is no domain stays in one piece, to be refused later.
function conjuncts(domain: Domain): Domain[] {
  if (domain[0] !== '&') return [domain]
  let open = 1
  let end = 1
  while (open > 0 && end < domain.length) {
    const item = domain[end++]
    if (item === '&' || item === '|') open++
    else if (item !== '!') open--
  }
  return open > 0 ? [domain] : [...conjuncts(domain.slice(1, end)), ...conjuncts(domain.slice(end))]
}
