/** The graphs of the page. */

import type { Dimension } from '../../data/variants.ts'
import type { GrowthFigures } from '../../parts/growth.ts'
import type { Parts } from '../store.ts'
import type { Result, Row } from '../result.ts'
import { highest } from '../verdicts.ts'
import { type Bar, bars } from './bars.ts'
import { type Curve, curves, type Panel } from './curves.ts'

/** Every graph that the figures allow, by the name of its file. */
export function graphs(parts: { readonly [P in keyof Parts]: Parts[P] | null }): ReadonlyMap<string, string> {
  const drawn = new Map<string, string>()
  if (parts.operations !== null) {
    drawn.set('handler.svg', besideHandler(parts.operations))
    drawn.set('odoo.svg', besideOdoo(parts.operations))
  }
  if (parts.rows !== null) drawn.set('rows.svg', besideHandler(parts.rows))
  if (parts.growth !== null) drawn.set('growth.svg', growth(parts.growth))
  return drawn
}

function nameOf({ key, title, protocol, concurrency }: Row): string {
  const what = title.split(/[,(]/)[0]?.trim() ?? title
  return `(${key}) ${what.length > 24 ? `${what.slice(0, 23)}…` : what} ${protocol}, ${concurrency}`
}

function besideHandler({ rows, facts }: Result): string {
  const list = highest(rows)
    .filter(({ key }) => key !== 'j')
    .map((row): Bar => ({ name: nameOf(row), value: row.ratio, other: null, aim: row.aim }))
  return bars(list, {
    title: `Throughput by the hand-written handler’s, ${facts.partners.toLocaleString('en').replaceAll(',', ' ')} partners`,
    legend: 'Bar: Holdfast by the handler that sends the same SQL (1 = as fast). Stroke: the aim.',
    ticks: [0, 0.25, 0.5, 0.75, 1, 1.25],
    isLogarithmic: false,
  })
}

function besideOdoo({ rows }: Result): string {
  const list = highest(rows).flatMap((row): Bar[] =>
    row.timesOdoo === null
      ? []
      : [{ name: nameOf(row), value: row.timesOdoo, other: row.rivalTimesOdoo, aim: row.key === 'h' ? null : 10 }],
  )
  return bars(list, {
    title: 'Times Odoo’s throughput, scaled to this machine',
    legend: 'Bar: Holdfast. Thin bar: the hand-written handler, which is what PostgreSQL allows. Stroke: the aim.',
    ticks: [0.1, 1, 10, 100, 1_000],
    isLogarithmic: true,
  })
}

const colours = { a: 0, b: 1, e: 2 } as const
const panels: readonly (readonly [Dimension, string])[] = [
  ['rows', 'partners in the table'],
  ['rules', 'record rules on the model'],
  ['groups', 'groups of the user'],
  ['tenants', 'tenants, asked in turn'],
]

function growth({ points }: GrowthFigures): string {
  const drawn = panels.map(([dimension, title]): Panel => {
    const mine = points.filter((point) => point.dimension === dimension)
    const list = (['a', 'b', 'e'] as const).flatMap((key): Curve[] => {
      const own = mine.filter((point) => point.key === key)
      const of = (value: 'serverMs' | 'rivalMs') => own.map((point) => [point.size, point[value]] as const)
      return [
        { name: `(${key})`, colour: colours[key], isDashed: false, points: of('serverMs') },
        { name: `(${key}) handler`, colour: colours[key], isDashed: true, points: of('rivalMs') },
      ]
    })
    return { title, isLogarithmic: dimension === 'rows', curves: list }
  })
  return curves(
    drawn,
    'How cost grows: milliseconds per operation, one client, median',
    '(a) search_read of 80 rows, (b) read of one record, (e) write of one field; dashed: the hand-written handler.',
  )
}
