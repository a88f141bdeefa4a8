/** ORDER BY from Odoo's order text: `date_order desc, partner_id, id`. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, id, join, type Sql, sql } from '../../sql/index.ts'
import type { ModelInfo } from '../registry.ts'
import { notStored, type Scope } from './scope.ts'

interface Term {
  readonly path: readonly string[]
  readonly descending: boolean
  readonly nulls: 'first' | 'last' | undefined
}

/** The ORDER BY clause, or nothing for an empty order. Every field in it counts as read. */
export function compileOrder(scope: Scope, model: ModelInfo, alias: string, order: string | null | undefined): Sql {
  const terms = order ? parseOrder(order, model) : ownOrder(scope, model)
  const parts = terms.flatMap((term) => compileTerm(scope, model, alias, term, 0))
  return parts.length === 0 ? empty : sql` ORDER BY ${join(parts)}`
}

// The model's own order is not the caller's wish: what she may not use of it is left out.
function ownOrder(scope: Scope, model: ModelInfo): Term[] {
  return parseOrder(model.options.order ?? 'id', model).filter((term) => scope.mayUse(model, term.path))
}

/** @throws InvalidRequestError ERR_ORDER for anything that is no order */
export function parseOrder(order: string, model: ModelInfo): Term[] {
  if (order.length > 500) throw new InvalidRequestError('ERR_ORDER', 'The order is too long.')
  return order.split(',').map((part) => {
    const match = /^\s*([a-z_][a-z0-9_.]*)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i.exec(part)
    if (!match?.[1])
      throw new InvalidRequestError(
        'ERR_ORDER',
        `Invalid order '${part.trim().slice(0, 80)}' for ${model.name}; write "field", "field desc" or "field asc nulls last", separated by commas.`,
        { wireName: 'odoo.exceptions.UserError' },
      )
    return {
      path: match[1].split('.'),
      descending: match[2]?.toLowerCase() === 'desc',
      nulls: match[3]?.toLowerCase() as Term['nulls'],
    }
  })
}

function compileTerm(scope: Scope, model: ModelInfo, alias: string, term: Term, depth: number): Sql[] {
  const [head = '', ...rest] = term.path
  const field = scope.field(model, head, `Invalid field '${head}' on model '${model.name}'`)
  if (!field.column && field.related && !(field.name === 'display_name' && field.related[0] === 'id')) {
    return compileTerm(scope, model, alias, { ...term, path: [...field.related, ...rest] }, depth)
  }
  if (field.kind === 'one2many' || field.kind === 'many2many' || field.kind === 'binary' || field.kind === 'json')
    throw notStored(field)
  const direction = sql`${term.descending ? sql` DESC` : empty}${term.nulls === 'first' ? sql` NULLS FIRST` : term.nulls === 'last' ? sql` NULLS LAST` : empty}`
  if (field.kind === 'many2one') {
    if (rest.length === 1 && rest[0] === 'id') return [sql`${scope.value(model, alias, field)}${direction}`]
    if (!field.column) throw notStored(field)
    // A relation sorts as its records sort among themselves.
    const comodel = scope.model(field.comodel ?? '')
    if (depth > 2) return [sql`${scope.value(model, alias, field)}${direction}`]
    const sub = rest.length > 0 ? [{ path: rest, descending: false, nulls: undefined }] : ownOrder(scope, comodel)
    return sub.flatMap((s) => {
      const inner = scope.alias()
      const flipped: Term = { path: s.path, descending: s.descending !== term.descending, nulls: term.nulls ?? s.nulls }
      const compiled = compileTerm(
        scope,
        comodel,
        inner,
        { ...flipped, descending: false, nulls: undefined },
        depth + 1,
      )
      const tail = sql`${flipped.descending ? sql` DESC` : empty}${flipped.nulls === 'first' ? sql` NULLS FIRST` : flipped.nulls === 'last' ? sql` NULLS LAST` : empty}`
      return compiled.map(
        (value) =>
          sql`(SELECT ${value} FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${scope.link(alias, field)}${scope.andCondition(comodel, inner)})${tail}`,
      )
    })
  }
  if (rest.length > 0)
    throw new InvalidRequestError('ERR_ORDER', `Invalid field '${term.path.join('.')}' on model '${model.name}'`)
  if (field.kind === 'boolean') return [sql`COALESCE(${scope.value(model, alias, field)}, FALSE)${direction}`]
  return [sql`${scope.value(model, alias, field)}${direction}`]
}
