/** Reads a domain in prefix notation into a tree; refuses what is malformed and says where. */

import { InvalidRequestError } from '../../errors.ts'
import type { Domain } from './domain.ts'

export type Condition =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly is: 'constant'; readonly value: boolean }
  | { readonly is: 'leaf'; readonly path: readonly string[]; readonly operator: Operator; readonly value: unknown }
  | { readonly is: 'not'; readonly part: Condition }

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

/**
 * @param value anything that came over the wire
 * @throws InvalidRequestError ERR_DOMAIN, with the place of the fault
 */
export function parseDomain(value: unknown, depth = 0, budget: Budget = { left: maxLeaves }): Condition {
  if (!Array.isArray(value)) {
    if (value === null || value === undefined || value === false) return { is: 'and', parts: [] }
    throw new InvalidRequestError('ERR_DOMAIN', `A domain is a list of conditions, not ${show(value)}.`, {
      wireName: 'builtins.TypeError',
    })
  }
  if (depth > maxDepth)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain is nested more than ${maxDepth} levels deep.`)
  if (value.length > maxLeaves * 2)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain has more than ${maxLeaves} conditions.`)
  // A single condition may come without the list around it.
  if (value.length === 3 && isLeaf(value) && known.has(String(value[1]).toLowerCase()) && !isToken(value[0]))
    return leaf(value, 'the domain', depth, budget)
  const stack: Condition[] = []
  for (let i = value.length - 1; i >= 0; i--) {
    const item: unknown = value[i]
    const where = `position ${i + 1}`
    if (item === '&' || item === '|') {
      const a = stack.pop()
      const b = stack.pop()
      if (!a || !b) throw malformed(value, `'${item}' at ${where} needs two conditions after it`)
      stack.push(joined(item === '&' ? 'and' : 'or', a, b))
    } else if (item === '!') {
      const a = stack.pop()
      if (!a) throw malformed(value, `'!' at ${where} needs a condition after it`)
      stack.push(a.is === 'not' ? a.part : { is: 'not', part: a })
    } else if (Array.isArray(item)) {
      stack.push(
        item.length === 3 && isLeaf(item) ? leaf(item, where, depth, budget) : nested(item, where, depth, budget),
      )
    } else if (item === true || item === false) {
      stack.push({ is: 'constant', value: item })
    } else
      throw new InvalidRequestError(
        'ERR_DOMAIN',
        `The item ${show(item)} at ${where} of the domain is neither a condition nor one of & | !.`,
      )
  }
  const whole: Condition = stack.length === 1 && stack[0] ? stack[0] : { is: 'and', parts: stack.reverse() }
  if (depth === 0 && height(whole, 0) > maxHeight)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain is nested more than ${maxHeight} levels deep.`)
  return whole
}

interface Budget {
  left: number
}

// A chain of the same sign is one list, however long: `| | | a b c d`.
function joined(is: 'and' | 'or', a: Condition, b: Condition): Condition {
  if (b.is === is) return { is, parts: [a, ...b.parts] }
  if (a.is === is) return { is, parts: [...a.parts, b] }
  return { is, parts: [a, b] }
}

function height(condition: Condition, above: number): number {
  if (above > maxHeight || condition.is === 'leaf' || condition.is === 'constant') return above
  if (condition.is === 'not') return height(condition.part, above + 1)
  return condition.parts.reduce((most, part) => Math.max(most, height(part, above + 1)), above)
}

function nested(item: readonly unknown[], where: string, depth: number, budget: Budget): Condition {
  if (item.length > 0 && item.every((x) => Array.isArray(x) || isToken(x))) return parseDomain(item, depth + 1, budget)
  throw new InvalidRequestError(
    'ERR_DOMAIN',
    `A condition is [field, operator, value]; ${show(item)} at ${where} of the domain is not.`,
  )
}

function isToken(x: unknown): boolean {
  return x === '&' || x === '|' || x === '!'
}

function isLeaf(item: readonly unknown[]): boolean {
  return (typeof item[0] === 'string' && !isToken(item[0])) || item[0] === 1 || item[0] === 0
}

function leaf(item: readonly unknown[], where: string, depth: number, budget: Budget): Condition {
  const [path, rawOperator, value] = item
  if (--budget.left < 0)
    throw new InvalidRequestError('ERR_DOMAIN', `The domain has more than ${maxLeaves} conditions.`)
  const lower = typeof rawOperator === 'string' ? rawOperator.toLowerCase().replace(/\s+/g, ' ') : ''
  const operator = aliases.get(lower) ?? (known.has(lower) ? (lower as Operator) : undefined)
  if (!operator)
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `Invalid operator ${show(rawOperator)} in condition ${show(item)} at ${where}; use one of ${operators.join(', ')}.`,
    )
  if (path === 1 || path === 0)
    return { is: 'constant', value: (path === 1) === (operator === '=' ? value === 1 || value === true : value !== 1) }
  const parts = String(path).split('.')
  if (parts.length > 12 || parts.some((p) => !/^[a-z_][a-z0-9_]*$/i.test(p)))
    throw new InvalidRequestError('ERR_DOMAIN_FIELD', `Invalid field ${show(path)} in condition at ${where}.`)
  // Looked through here, so that what is nested counts, too; compiled when its model is known.
  if ((operator === 'any' || operator === 'not any') && Array.isArray(value)) parseDomain(value, depth + 1, budget)
  return { is: 'leaf', path: parts, operator, value }
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

/** Joins domains so that all hold. */
export function andDomains(...domains: readonly (Domain | undefined | null)[]): Domain {
  const parts = domains.filter((d) => d && d.length > 0) as Domain[]
  return [...parts.slice(1).map(() => '&' as const), ...parts.flatMap(explicit)]
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
