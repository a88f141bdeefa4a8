/** What the text goes to: colours and width only where a person looks at it. */

export interface Terminal {
  /** A person looks at stdout. */
  readonly isTty: boolean
  /** Columns of the screen; 100 where it is none. */
  readonly width: number
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  yellow(text: string): string
  green(text: string): string
}

/** The terminal behind a stream. NO_COLOR (no-color.org) turns colours off. */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Terminal {
  const isTty = stream.isTTY === true
  const hasColours = isTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  const paint = (code: number) => (text: string) => (hasColours ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    isTty,
    width: isTty ? (stream.columns ?? 80) : 100,
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    yellow: paint(33),
    green: paint(32),
  }
}

/** A text without control characters, so that a name or message from elsewhere cannot steer the terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (found) => (found === '\n' || found === '\t' ? found : '\uFFFD'))
}
