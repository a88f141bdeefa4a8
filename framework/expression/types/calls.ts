/** Calls: functions of the table, and those few whose arguments are special. */

import { didYouMean, fault } from '../faults.ts'
import { functionNames, overloadsOf } from '../functions/table.ts'
import { isDate, isMoment } from '../run/moments.ts'
import { limits, type Node } from '../syntax/tree.ts'
import { as, Checker } from './check.ts'
import type { Checked, Path } from './checked.ts'
import { named, simple } from './type.ts'

type Call = Node & { is: 'call' }

/** Functions are also written after their first argument: `name.size()` is `size(name)`. */
export function checkCall(checker: Checker, node: Call): Checked {
  const target = node.target
  if (node.name === 'hasGroup' && target?.is === 'name' && target.name === 'user') return inGroup(node)
  const args = target === null ? node.args : [target, ...node.args]
  switch (node.name) {
    case 'has':
      return has(checker, node, args)
    case 'any':
    case 'all':
      return quantified(checker, node, node.name, args)
    case 'size': {
      const [only] = args
      const list = only && args.length === 1 ? checker.check(only) : undefined
      if (list?.is === 'path' && list.type.is === 'records')
        return { is: 'count', list, type: simple('int'), certainty: list.certainty === 'failing' ? 'failing' : 'sure' }
      if (list?.is === 'list')
        return { is: 'literal', value: BigInt(list.items.length), type: simple('int'), certainty: 'sure' }
      break
    }
    case 'date':
    case 'datetime': {
      const [only] = args
      if (only?.is === 'literal' && only.value.type === 'string' && args.length === 1) return constant(node.name, only)
      break
    }
    case 'decimal': {
      const [only] = args
      if (only && args.length === 1) return as(checker.check(only), simple('decimal'), only, "'decimal'")
      break
    }
  }
  if (overloadsOf(node.name).length === 0 || !/^[a-z]/i.test(node.name) || node.name === 'negate')
    throw fault(
      'ERR_EXPRESSION_NAME',
      `there is no function '${node.name.slice(0, 60)}'`,
      node.at,
      didYouMean(node.name, functionNames()),
    )
  return checker.apply(
    node.name,
    args.map((arg) => checker.check(arg)),
    args,
    node.at,
  )
}

function has(checker: Checker, node: Call, args: readonly Node[]): Checked {
  const [only] = args
  const path = only && args.length === 1 ? checker.check(only) : undefined
  if (path?.is !== 'path') throw fault('ERR_EXPRESSION_TYPE', "'has' needs the name of a field", node.at)
  return { is: 'has', path, type: simple('bool'), certainty: 'sure' }
}

function quantified(checker: Checker, node: Call, is: 'any' | 'all', args: readonly Node[]): Checked {
  const [first, second] = args
  if (!first || !second || args.length !== 2)
    throw fault(
      'ERR_EXPRESSION_TYPE',
      `'${is}' needs a list and a condition on its records`,
      node.at,
      `Write lines.${is}(quantity > 1).`,
    )
  const list = checker.check(first)
  if (list.is !== 'path' || list.type.is !== 'records')
    throw fault('ERR_EXPRESSION_TYPE', `'${is}' needs a list of records, not ${named(list.type)}`, first.at)
  if (checker.lists >= limits.lists)
    throw fault('ERR_EXPRESSION_LIMIT', `at most ${limits.lists} lists can be asked inside each other`, node.at)
  const model = checker.names.registry.models.get(list.type.model)
  if (!model) throw fault('ERR_EXPRESSION_NAME', `the model '${list.type.model}' does not exist`, first.at)
  const inner = new Checker({ ...checker.names, models: [...checker.names.models, model] }, checker.lists + 1)
  const body = as(inner.check(second), simple('bool'), second, `the condition of '${is}'`)
  const isSure = body.certainty === 'sure' && list.certainty === 'sure'
  return { is, list: list as Checked & Path, body, type: simple('bool'), certainty: isSure ? 'sure' : 'failing' }
}

function inGroup(node: Call): Checked {
  const [only] = node.args
  if (only?.is !== 'literal' || only.value.type !== 'string' || node.args.length !== 1)
    throw fault('ERR_EXPRESSION_TYPE', "'hasGroup' needs the external id of a group as text", node.at)
  return { is: 'in-group', group: only.value.value, type: simple('bool'), certainty: 'sure' }
}

function constant(name: 'date' | 'datetime', node: Node & { is: 'literal' }): Checked {
  const text = node.value.type === 'string' ? node.value.value : ''
  if (name === 'date' ? isDate(text) : isMoment(text))
    return { is: 'literal', value: text, type: simple(name), certainty: 'sure' }
  throw fault(
    'ERR_EXPRESSION_TYPE',
    `'${text.slice(0, 40)}' is no ${name}`,
    node.at,
    name === 'date' ? 'Write date("2024-02-29").' : 'Write datetime("2024-02-29 12:00:00"), in UTC.',
  )
}
