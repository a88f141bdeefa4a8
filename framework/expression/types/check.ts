/** Gives every part of an expression its type, by the models; what does not fit is refused with its place. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { fault, nearest } from '../faults.ts'
import { overloadsOf } from '../functions/table.ts'
import { parseExpression } from '../syntax/parse.ts'
import type { Node } from '../syntax/tree.ts'
import { checkCall } from './calls.ts'
import type { Certainty, Checked, Expression } from './checked.ts'
import { type Names, resolve, wordsOf } from './names.ts'
import { pathsOf } from './paths.ts'
import { common, fits, named, simple, type Type } from './type.ts'

export interface CheckOptions {
  /** What the whole has to give; default: anything. */
  readonly type?: Type
  /** Whether whoever writes the expression may read a field; default: every field that is no secret. */
  mayRead?(field: FieldInfo): boolean
  /** Model of the record in whose list the records are: its fields are `parent.…`. */
  readonly parent?: string
}

/**
 * Checks an expression against the models.
 * @param model the model whose records it speaks of; `null`: none, only values that come with the call
 * @throws ValidationError ERR_EXPRESSION_SYNTAX, ERR_EXPRESSION_LIMIT, ERR_EXPRESSION_NAME, ERR_EXPRESSION_TYPE, with the position
 */
export function checkExpression(
  registry: ModelRegistry,
  model: string | null,
  text: string,
  options: CheckOptions = {},
): Expression {
  const models = [options.parent, model].flatMap((name) =>
    name === null || name === undefined ? [] : modelOf(registry, name),
  )
  const names: Names = { registry, models, mayRead: options.mayRead ?? (() => true) }
  const tree = parseExpression(text)
  let root = new Checker(names, 0).check(tree)
  if (options.type) root = as(root, options.type, tree, 'the expression')
  if (root.type.is === 'records')
    throw fault(
      'ERR_EXPRESSION_TYPE',
      'a list of records is no value',
      tree.at,
      'Ask for its size(), any(…) or all(…).',
    )
  return { text, model, root, type: root.type, ...pathsOf(root, models.length) }
}

function modelOf(registry: ModelRegistry, name: string): ModelInfo {
  const model = registry.models.get(name)
  if (!model) throw fault('ERR_EXPRESSION_NAME', `the model '${name.slice(0, 60)}' does not exist`, 0)
  return model
}

/** Checks parts of one expression; `any` and `all` make another one for the records of their list. */
export class Checker {
  readonly names: Names
  /** How many lists are around. */
  readonly lists: number

  constructor(names: Names, lists: number) {
    this.names = names
    this.lists = lists
  }

  check(node: Node): Checked {
    switch (node.is) {
      case 'literal': {
        const { value } = node
        if (value.type === 'null') return { is: 'literal', value: null, type: simple('null'), certainty: 'nullable' }
        return { is: 'literal', value: value.value, type: simple(value.type), certainty: 'sure' }
      }
      case 'name':
      case 'select': {
        const words = wordsOf(node)
        if (!words) throw fault('ERR_EXPRESSION_TYPE', 'only records have fields', node.at)
        return resolve(this.names, words)
      }
      case 'list':
        return this.#list(node)
      case 'call':
        return checkCall(this, node)
      case 'unary': {
        const of = this.check(node.of)
        return this.apply(node.operator === '-' ? 'negate' : '!', [of], [node.of], node.at, node.operator)
      }
      case 'binary':
        return this.#binary(node)
      case 'if':
        return this.#conditional(node)
    }
  }

  /** A function or operator on arguments: the first overload that they fit. */
  apply(name: string, args: readonly Checked[], nodes: readonly Node[], at: number, shown = name): Checked {
    const overloads = overloadsOf(name).filter((one) => one.takes.length === args.length)
    const exact = overloads.find((one) => one.takes.every((type, i) => args[i]?.type.is === type))
    const fn = exact ?? overloads.find((one) => one.takes.every((type, i) => this.#mayBe(args[i], type)))
    if (!fn) {
      const types = args.map((arg) => named(arg.type)).join(' and ')
      throw fault('ERR_EXPRESSION_TYPE', `'${shown}' does not apply to ${types}`, at, adviceFor(args))
    }
    const given = args.map((arg, i) => as(arg, simple(fn.takes[i] ?? 'null'), nodes[i] as Node, `'${shown}'`))
    const isSure = fn.total === true && given.every((arg) => arg.certainty === 'sure')
    return { is: 'call', fn, args: given, type: simple(fn.gives), certainty: isSure ? 'sure' : 'failing' }
  }

  #mayBe(arg: Checked | undefined, type: Type['is']): boolean {
    return arg !== undefined && arg.type.is !== 'null' && fits(arg.type, { is: type } as Type) !== null
  }

  #binary(node: Node & { is: 'binary' }): Checked {
    const { operator } = node
    const left = this.check(node.left)
    const right = this.check(node.right)
    switch (operator) {
      case '&&':
      case '||': {
        const parts = [
          as(left, simple('bool'), node.left, `'${operator}'`),
          as(right, simple('bool'), node.right, `'${operator}'`),
        ] as const
        const certainty = parts.every((part) => part.certainty === 'sure') ? 'sure' : 'failing'
        return {
          is: operator === '&&' ? 'and' : 'or',
          left: parts[0],
          right: parts[1],
          type: simple('bool'),
          certainty,
        }
      }
      case '==':
      case '!=': {
        const type = comparable(left.type, right.type)
        if (!type || type.is === 'records' || type.is === 'list')
          throw fault(
            'ERR_EXPRESSION_TYPE',
            `${named(left.type)} cannot be compared with ${named(right.type)}`,
            node.at,
            adviceFor([left, right]),
          )
        checkChoice(left, right, node.right)
        checkChoice(right, left, node.left)
        return {
          ...{ is: 'equal', left: converted(left, type), right: converted(right, type), not: operator === '!=' },
          ...{ type: simple('bool'), certainty: failing(left, right) },
        }
      }
      case 'in':
        return this.#membership(node, left, right)
      default:
        return this.apply(operator, [left, right], [node.left, node.right], node.at)
    }
  }

  #membership(node: Node & { is: 'binary' }, item: Checked, among: Checked): Checked {
    const of =
      among.type.is === 'list'
        ? among.type.of
        : among.type.is === 'records'
          ? { is: 'record' as const, model: among.type.model }
          : null
    const type = of === null ? null : comparable(item.type, of)
    if (!of || !type)
      throw fault(
        'ERR_EXPRESSION_TYPE',
        of === null
          ? `'in' needs a list, not ${named(among.type)}`
          : `${named(item.type)} is never in a ${named(among.type)}`,
        node.at,
      )
    if (among.is === 'list')
      for (const [i, one] of among.items.entries())
        checkChoice(item, one, (node.right as Node & { is: 'list' }).items[i] as Node)
    const list = among.is === 'list' ? { ...among, items: among.items.map((one) => converted(one, type)) } : among
    return { is: 'in', item: converted(item, type), among: list, type: simple('bool'), certainty: failing(item, among) }
  }

  #conditional(node: Node & { is: 'if' }): Checked {
    const condition = as(this.check(node.condition), simple('bool'), node.condition, "'?'")
    const yes = this.check(node.yes)
    const no = this.check(node.no)
    const type = common(yes.type, no.type)
    if (!type || type.is === 'records' || type.is === 'list' || type.is === 'null')
      throw fault(
        'ERR_EXPRESSION_TYPE',
        `both outcomes need one type, not ${named(yes.type)} and ${named(no.type)}`,
        node.at,
      )
    const certainty: Certainty =
      condition.certainty !== 'sure' || failing(yes, no) === 'failing'
        ? 'failing'
        : yes.certainty === 'sure' && no.certainty === 'sure'
          ? 'sure'
          : 'nullable'
    return { is: 'if', condition, yes: converted(yes, type), no: converted(no, type), type, certainty }
  }

  #list(node: Node & { is: 'list' }): Checked {
    const items = node.items.map((item) => this.check(item))
    let of: Type = simple('null')
    for (const [i, item] of items.entries()) {
      const at = (node.items[i] as Node).at
      if (item.certainty === 'failing' || item.type.is === 'list' || item.type.is === 'records')
        throw fault('ERR_EXPRESSION_TYPE', 'a list holds literals, fields and values of the caller', at)
      const both = comparable(of, item.type)
      if (!both)
        throw fault(
          'ERR_EXPRESSION_TYPE',
          `a list holds values of one type, not ${named(of)} and ${named(item.type)}`,
          at,
        )
      of = both
    }
    return { is: 'list', items: items.map((item) => converted(item, of)), type: { is: 'list', of }, certainty: 'sure' }
  }
}

function failing(...parts: readonly Checked[]): Certainty {
  return parts.some((part) => part.certainty === 'failing') ? 'failing' : 'sure'
}

// Ids are numbers, too: `partner_id == 7`.
function comparable(a: Type, b: Type): Type | null {
  if (a.is === 'record' && b.is === 'int') return a
  if (a.is === 'int' && b.is === 'record') return b
  return common(a, b)
}

/** The part as a value of this type. @throws ValidationError ERR_EXPRESSION_TYPE */
export function as(part: Checked, type: Type, node: Node, who: string): Checked {
  if (fits(part.type, type) === null)
    throw fault(
      'ERR_EXPRESSION_TYPE',
      `${who} needs ${named(type)}, not ${named(part.type)}`,
      node.at,
      adviceFor([part], type),
    )
  return converted(part, type)
}

function converted(part: Checked, type: Type): Checked {
  // PostgreSQL wants to know of what type a null is.
  if (part.is === 'literal' && part.value === null) return { ...part, type }
  if (fits(part.type, type) !== 'convert') return part
  return { is: 'convert', of: part, type, certainty: part.certainty }
}

// A value that the field cannot have is a slip of the pen.
function checkChoice(field: Checked, value: Checked, node: Node): void {
  const choices = field.is === 'path' ? field.steps.at(-1)?.selection : undefined
  if (!choices || field.is !== 'path' || field.steps.at(-1)?.kind !== 'selection') return
  if (value.is !== 'literal' || typeof value.value !== 'string') return
  const keys = choices.map(([key]) => key)
  if (keys.includes(value.value)) return
  const near = nearest(value.value, keys)
  throw fault(
    'ERR_EXPRESSION_TYPE',
    `'${value.value.slice(0, 60)}' is no choice of ${field.steps.at(-1)?.name}`,
    node.at,
    near === null ? `Choices are ${keys.slice(0, 12).join(', ')}.` : `Did you mean '${near}'?`,
  )
}

function adviceFor(args: readonly Checked[], wanted?: Type): string {
  const types = new Set(args.map((arg) => arg.type.is))
  const [only] = args
  if (wanted?.is === 'bool' && only?.is === 'path') return `Ask has(${only.steps.map((step) => step.name).join('.')}).`
  if (types.has('string') && types.has('date')) return 'Write a date as date("2024-02-29").'
  if (types.has('string') && types.has('datetime')) return 'Write a point in time as datetime("2024-02-29 12:00:00").'
  if (types.has('date') && types.has('datetime')) return 'date(…) gives the day of a point in time.'
  if (types.has('date') && (types.has('int') || types.has('duration'))) return 'Dates and days(n) can be added.'
  if (types.has('datetime') && types.has('int')) return 'Points in time and days(n), hours(n), minutes(n) can be added.'
  if (types.has('null')) return 'null can only be compared with == and !=.'
  return ''
}
