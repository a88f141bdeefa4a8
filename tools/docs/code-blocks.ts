// The fenced blocks of a Markdown page, for tests that run what the documents show.

/** One block: its language, what follows the language in the opening line, its text, and the line on which it opens. */
export interface CodeBlock {
  readonly language: string
  readonly info: string
  readonly text: string
  readonly line: number
}

/** All fenced blocks of a page, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { language: string; info: string; line: number; lines: string[] } | null = null
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*) ?(.*)$/.exec(line)
    if (open === null) {
      if (fence) open = { language: fence[1] ?? '', info: fence[2] ?? '', line: index + 1, lines: [] }
    } else if (line === '```') {
      blocks.push({ language: open.language, info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line })
      open = null
    } else open.lines.push(line)
  }
  if (open !== null) throw new TypeError(`The block that opens on line ${open.line} has no end.`)
  return blocks
}
