/** What all graphs share: colours that read on light and on dark, text, scales. */

/** A drawing of the given size in pixels. */
export function svg(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>
svg { background: #fff; font: 12px system-ui, sans-serif }
text { fill: #24292f } .soft { fill: #57606a } .head { font-size: 14px; font-weight: 600 }
.grid { stroke: #d8dee4 } .axis { stroke: #8c959f } .aim { stroke: #bc4c00; stroke-width: 1.5 }
.c0 { fill: #0969da; stroke: #0969da } .c1 { fill: #1a7f37; stroke: #1a7f37 } .c2 { fill: #8250df; stroke: #8250df }
.pale { fill: #8c959f } .line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 4 3; opacity: .75 } .mark { stroke: none }
text.c0, text.c1, text.c2 { stroke: none }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 } text { fill: #e6edf3 } .soft { fill: #8d96a0 } .grid { stroke: #30363d } .axis { stroke: #6e7681 } .aim { stroke: #f0883e }
.c0 { fill: #4493f8; stroke: #4493f8 } .c1 { fill: #3fb950; stroke: #3fb950 } .c2 { fill: #ab7df8; stroke: #ab7df8 } .pale { fill: #6e7681 }
}
</style>
${body.join('\n')}
</svg>
`
}

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly look?: string
}

export function label(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', look = '' }: TextOptions = {},
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${look === '' ? '' : ` class="${look}"`}>${escapeXml(content)}</text>`
}

export function rule(x1: number, y1: number, x2: number, y2: number, look: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${look}"/>`
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** From values to pixels. */
export type Scale = (value: number) => number

export function linear(low: number, high: number, from: number, to: number): Scale {
  return (value) => from + ((value - low) / (high - low || 1)) * (to - from)
}

export function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const inner = linear(Math.log10(low), Math.log10(high), from, to)
  return (value) => inner(Math.log10(value))
}

/** A number as an axis shows it: 1 000, 0.5, 10 M. */
export function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`
  return value >= 1_000 ? `${value / 1_000} 000` : String(Number(value.toPrecision(3)))
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
