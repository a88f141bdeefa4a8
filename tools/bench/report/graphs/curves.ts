/** Cost along one size after another: a panel for each thing that grows. */

import { label, linear, logarithmic, round, rule, type Scale, short, svg } from './svg.ts'

export interface Curve {
  readonly name: string
  /** Which of the three colours. */
  readonly colour: 0 | 1 | 2
  readonly isDashed: boolean
  readonly points: readonly (readonly [number, number])[]
}

export interface Panel {
  readonly title: string
  readonly isLogarithmic: boolean
  readonly curves: readonly Curve[]
}

const panelWidth = 380
const panelHeight = 260
const margin = { left: 52, right: 24, top: 40, bottom: 36 }

/** @param legend what the curves are, in words; names stand beside those of the first panel */
export function curves(panels: readonly Panel[], title: string, legend: string): string {
  const values = panels.flatMap((panel) => panel.curves.flatMap((curve) => curve.points.map(([, y]) => y)))
  const ticks = powers(Math.min(...values), Math.max(...values))
  const rows = Math.ceil(panels.length / 2)
  const body = [label(16, 24, title, { look: 'head' }), label(16, 44, legend, { look: 'soft' })]
  body.push(...key(panels[0]?.curves ?? []))
  panels.forEach((panel, i) => {
    const [dx, dy] = [(i % 2) * panelWidth, 76 + Math.floor(i / 2) * panelHeight]
    body.push(`<g transform="translate(${dx} ${dy})">`, ...draw(panel, ticks), '</g>')
  })
  return svg(2 * panelWidth, 84 + rows * panelHeight, title, body)
}

function key(list: readonly Curve[]): string[] {
  return list.flatMap(({ name, colour, isDashed }, i) => {
    const x = 16 + i * 124
    return [
      `<path d="M${x} 62h22" class="c${colour} line${isDashed ? ' dashed' : ''}"/>`,
      label(x + 28, 66, name, { look: 'soft' }),
    ]
  })
}

function draw({ title, isLogarithmic, curves: list }: Panel, ticks: readonly number[]): string[] {
  const sizes = [...new Set(list.flatMap((curve) => curve.points.map(([x]) => x)))].sort((a, b) => a - b)
  const [first = 0, last = 1] = [sizes[0], sizes.at(-1)]
  const [x0, x1] = [margin.left, panelWidth - margin.right]
  const [y0, y1] = [panelHeight - margin.bottom, margin.top]
  const x = isLogarithmic ? logarithmic(first, last, x0, x1) : linear(0, last, x0, x1)
  const y = logarithmic(ticks[0] ?? 0.1, ticks.at(-1) ?? 10, y0, y1)
  const body = [label(x0, 24, title)]
  for (const tick of ticks) {
    body.push(rule(x0, y(tick), x1, y(tick), 'grid'))
    body.push(label(x0 - 6, y(tick) + 4, short(tick), { anchor: 'end', look: 'soft' }))
  }
  body.push(rule(x0, y0, x1, y0, 'axis'))
  for (const size of sizes) body.push(label(x(size), y0 + 16, short(size), { anchor: 'middle', look: 'soft' }))
  for (const curve of list) body.push(...line(curve, x, y))
  return body
}

function line({ colour, isDashed, points }: Curve, x: Scale, y: Scale): string[] {
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`).join('')
  const dots = points.map(
    ([px, py]) => `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="3" class="c${colour} mark"/>`,
  )
  return [`<path d="${path}" class="c${colour} line${isDashed ? ' dashed' : ''}"/>`, ...(isDashed ? [] : dots)]
}

// Powers of ten around the values.
function powers(low: number, high: number): number[] {
  const ticks: number[] = []
  for (let e = Math.floor(Math.log10(low)); ticks.length === 0 || (ticks.at(-1) as number) < high; e++)
    ticks.push(Number(`1e${e}`))
  return ticks
}
