/** Operations as horizontal bars with the aim of each as a stroke. */

import { label, linear, logarithmic, rule, round, short, svg } from './svg.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  /** A thin bar below, for what it is compared with; `null` = none. */
  readonly other: number | null
  readonly aim: number | null
}

export interface BarOptions {
  readonly title: string
  /** What bar, thin bar and stroke are, in words. */
  readonly legend: string
  readonly ticks: readonly number[]
  readonly isLogarithmic: boolean
}

const width = 760
const left = 250
const right = 56
const rowHeight = 26
const top = 64

export function bars(list: readonly Bar[], { title, legend, ticks, isLogarithmic }: BarOptions): string {
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  const scale = isLogarithmic ? logarithmic : linear
  const place = scale(low, high, left, width - right)
  const x = (value: number) => place(Math.min(high, Math.max(low, value)))
  const bottom = top + list.length * rowHeight
  const body = [label(16, 24, title, { look: 'head' }), label(16, 44, legend, { look: 'soft' })]
  for (const tick of ticks) {
    body.push(rule(x(tick), top - 6, x(tick), bottom, 'grid'))
    body.push(label(x(tick), bottom + 16, short(tick), { anchor: 'middle', look: 'soft' }))
  }
  list.forEach(({ name, value, other, aim }, i) => {
    const y = top + i * rowHeight
    body.push(label(left - 8, y + 13, name, { anchor: 'end' }))
    body.push(rect(left, y + 2, x(value) - left, other === null ? 16 : 11, 'c0 mark'))
    if (other !== null) body.push(rect(left, y + 14, x(other) - left, 4, 'pale mark'))
    if (aim !== null) body.push(rule(x(aim), y - 1, x(aim), y + 21, 'aim'))
    body.push(label(x(value) + 6, y + 13, value >= 10 ? value.toFixed(1) : value.toFixed(2)))
  })
  return svg(width, bottom + 28, title, body)
}

function rect(x: number, y: number, w: number, h: number, look: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(1, w))}" height="${h}" rx="2" class="${look}"/>`
}
