/** A picture for those who have none: the first letter on a colour of their own. */

// Dark enough that white letters stand out (WCAG AA, at least 4.5 : 1).
const colours = [
  '#7c3f58',
  '#8a4b08',
  '#4d6217',
  '#1f6b4a',
  '#0f6674',
  '#2a5d9f',
  '#5a4aa8',
  '#7d3a94',
  '#8c2f39',
  '#4a5568',
]

/** An SVG picture as base64; the same record always gets the same one. */
export function avatar(id: number, name: string): string {
  const letter = [...name.trim()][0]?.toUpperCase() ?? '?'
  const shown = letter.replace(/[<>&"']/g, (c) => `&#${c.codePointAt(0)};`)
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="180" height="180"><rect width="180" height="180" fill="${colours[id % colours.length]}"/>` +
    `<text x="90" y="120" font-size="90" font-family="sans-serif" text-anchor="middle" fill="#fff">${shown}</text></svg>`
  return Buffer.from(svg, 'utf8').toString('base64')
}
