/** Random rows for random models, stored past the kernel. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { id, type Pool, sql } from '../../sql/index.ts'
import type { Dice } from '../maze/data.ts'
import { noteName, wildNames } from './shape.ts'

const rowsEach = 9

/** Empties the tables and fills them anew; ids are the same in every model, so that a mix-up of models shows nothing else. */
export async function fillWild(
  pool: Pool,
  { models }: ModelRegistry,
  dice: Dice,
  users: readonly number[],
): Promise<void> {
  const own = [...wildNames, noteName].map((name) => models.get(name)).filter((one) => one !== undefined)
  const links = new Set(own.flatMap((model) => [...model.fields.values()].flatMap(({ link }) => link ?? [])))
  for (const link of links) await pool.query(sql`DELETE FROM ${id(link.table)}`)
  for (const model of own.toReversed()) await pool.query(sql`TRUNCATE ${id(model.table)} CASCADE`)
  // Rows first, then what they point at: relations go round in circles.
  for (const model of own) await insert(pool, model, dice, users, own)
  for (const model of own) await point(pool, model, dice)
  const known = new Set<string>()
  for (const link of links) {
    if (known.has(link.table)) continue
    known.add(link.table)
    const pairs = new Set(Array.from({ length: 14 }, () => `${1 + dice.roll(rowsEach)},${1 + dice.roll(rowsEach)}`))
    for (const pair of pairs) {
      const [one = 0, other = 0] = pair.split(',').map(Number)
      await pool.query(
        sql`INSERT INTO ${id(link.table)} (${id(link.own)}, ${id(link.other)}) VALUES (${one}::int4, ${other}::int4)`,
      )
    }
  }
}

async function insert(
  pool: Pool,
  model: ModelInfo,
  dice: Dice,
  users: readonly number[],
  own: readonly ModelInfo[],
): Promise<void> {
  const rows = Array.from({ length: rowsEach }, (_, place) => {
    const row: Record<string, unknown> = { id: place + 1, create_uid: dice.pick(users), write_uid: 1 }
    for (const field of model.fields.values())
      if (field.column && !(field.name in row)) row[field.name] = valueFor(field, dice, own, place)
    return row
  })
  await pool.query(
    sql`INSERT INTO ${id(model.table)} SELECT * FROM jsonb_populate_recordset(NULL::${id(model.table)}, ${JSON.stringify(rows)}::jsonb)`,
  )
}

async function point(pool: Pool, model: ModelInfo, dice: Dice): Promise<void> {
  for (const field of model.fields.values()) {
    const isOwn = field.kind === 'many2one' && field.column && field.comodel?.startsWith('wild.')
    if (!isOwn || field.options.required) continue
    for (let row = 1; row <= rowsEach; row++) {
      if (dice.once(4)) continue
      const target = 1 + dice.roll(rowsEach)
      const value = field.options.companyDependent ? sql`${JSON.stringify({ 1: target })}::jsonb` : sql`${target}::int4`
      await pool.query(sql`UPDATE ${id(model.table)} SET ${id(field.name)} = ${value} WHERE id = ${row}::int4`)
    }
  }
}

function valueFor(field: FieldInfo, dice: Dice, own: readonly ModelInfo[], place: number): unknown {
  const value = plainValue(field, dice, own, place)
  if (field.kind === 'many2one') return field.options.required ? place + 1 : null
  if (field.options.companyDependent) return value === null ? null : { 1: value }
  if (field.options.translate) return value === null ? null : { en_US: value }
  return value
}

function plainValue(
  { name, kind, selection }: FieldInfo,
  dice: Dice,
  own: readonly ModelInfo[],
  place: number,
): unknown {
  if (name === 'name') return `${dice.pick(['a', 'b', 'ab'])}${place}`
  if (name === 'doc_model') return dice.once(5) ? null : dice.pick(own).name
  if (name === 'doc_id') return dice.once(6) ? null : 1 + dice.roll(rowsEach)
  switch (kind) {
    case 'integer':
      return dice.roll(4)
    case 'float':
      return dice.pick([0, 1.5, 2.25])
    case 'boolean':
      return name === 'active' ? !dice.once(4) : dice.once(2)
    case 'date':
      return dice.pick(['2024-02-29', '2023-12-31', null])
    case 'datetime':
      return dice.pick(['2024-02-29 10:00:00', '2023-12-31 23:30:00', null])
    case 'selection':
      return dice.pick(['cat', 'dog', 'ant', null])
    case 'reference':
      return selection?.length && !dice.once(3) ? `${dice.pick(selection)[0]},${1 + dice.roll(rowsEach)}` : null
    case 'char':
      return dice.pick(['a', 'b', 'ab', null])
    default:
      return null
  }
}
