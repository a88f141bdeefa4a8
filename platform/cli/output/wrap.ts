/** Breaks text into lines at spaces. */

/** Lines are easier to read when they are not as wide as the screen. */
const WIDEST = 100

/**
 * Wraps paragraphs (an empty line between them) to a width.
 * @param indent spaces before every line but the first, which the caller has begun
 */
export function wrap(text: string, width: number, indent = 0): string {
  const room = Math.max(20, Math.min(width, WIDEST) - indent)
  const margin = ' '.repeat(indent)
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => wrapLines(paragraph, room).join(`\n${margin}`))
  return paragraphs.join(`\n\n${margin}`)
}

function wrapLines(paragraph: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
