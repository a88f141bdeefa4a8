// Splits TypeScript source into the few kinds of token that the checks read: enough to tell code from comments, strings,
// templates and regular expressions, and nothing more. It never throws: text it does not understand becomes punctuation.

/** One token of a source file; `line` counts from 1. A template has its text only when nothing is substituted in it. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: 'string'; readonly text: string; readonly line: number }
  | { readonly kind: 'template'; readonly text: string | null; readonly line: number }
  | { readonly kind: 'number' | 'regex' | 'punctuation'; readonly text: string; readonly line: number }

const wordStart = /[\p{ID_Start}$_#@\\]/u
const wordPart = /[\p{ID_Continue}$\\]/u
/** After these a slash opens a regular expression, though they look like names. */
const beforeExpression = new Set(
  'return typeof case in of delete void throw new instanceof do else yield await'.split(' '),
)
const conditionWords = new Set(['if', 'while', 'for', 'with'])

/** Splits source text into tokens, comments left out. */
export function tokenize(source: string): Token[] {
  return new Tokenizer(source).run()
}

class Tokenizer {
  readonly source: string
  readonly tokens: Token[] = []
  at = 0
  line = 1
  /** For each open parenthesis, whether a condition word stands before it. */
  readonly parens: boolean[] = []
  /** For each open brace, whether it is a template's `${`. */
  readonly braces: boolean[] = []
  closedCondition = false

  constructor(source: string) {
    this.source = source
  }

  run(): Token[] {
    if (this.source.startsWith('#!')) this.skipLine()
    while (this.at < this.source.length) this.step()
    return this.tokens
  }

  step(): void {
    const { source } = this
    const char = source[this.at] as string
    const next = source[this.at + 1]
    if (char === '\n') {
      this.line++
      this.at++
    } else if (/\s/.test(char)) this.at++
    else if (char === '/' && next === '/') this.skipLine()
    else if (char === '/' && next === '*') this.skipBlock()
    else if (char === "'" || char === '"') this.string(char)
    else if (char === '`') this.template()
    else if (char === '/' && this.slashOpensRegex()) this.regex()
    else if (/[0-9]/.test(char)) this.push('number', this.take(/[0-9a-zA-Z_.]/))
    else if (wordStart.test(char) || char > '\u{d7ff}') this.push('word', decodeEscapes(this.takeWord()))
    else this.punctuation(char)
  }

  push(kind: 'word' | 'string' | 'number' | 'regex' | 'punctuation', text: string, line = this.line): void {
    this.tokens.push({ kind, text, line })
  }

  take(part: RegExp): string {
    const start = this.at
    while (this.at < this.source.length && part.test(this.source[this.at] as string)) this.at++
    return this.source.slice(start, this.at)
  }

  takeWord(): string {
    const start = this.at++
    while (this.at < this.source.length) {
      const char = this.source[this.at] as string
      // \u{65} may stand inside a name: its braces belong to it.
      const close = char === '{' && this.source.startsWith('\\u', this.at - 2) ? this.source.indexOf('}', this.at) : -1
      if (close > 0) this.at = close + 1
      else if (wordPart.test(char) || char > '\u{d7ff}') this.at++
      else break
    }
    return this.source.slice(start, this.at)
  }

  skipLine(): void {
    const end = this.source.indexOf('\n', this.at)
    this.at = end < 0 ? this.source.length : end
  }

  skipBlock(): void {
    const end = this.source.indexOf('*/', this.at + 2)
    this.advanceTo(end < 0 ? this.source.length : end + 2)
  }

  advanceTo(end: number): void {
    for (; this.at < end; this.at++) if (this.source[this.at] === '\n') this.line++
  }

  string(quote: string): void {
    const line = this.line
    let end = this.at + 1
    while (end < this.source.length && this.source[end] !== quote && this.source[end] !== '\n') {
      end += this.source[end] === '\\' ? 2 : 1
    }
    const text = decodeEscapes(this.source.slice(this.at + 1, end))
    this.advanceTo(Math.min(end + 1, this.source.length))
    this.push('string', text, line)
  }

  /** Reads a template up to its end or its next `${`; the tokens in between come out as usual. */
  template(): void {
    const line = this.line
    const start = this.at + 1
    const end = this.templateEnd(start)
    if (this.source[end] === '`') {
      this.tokens.push({ kind: 'template', text: decodeEscapes(this.source.slice(start, end)), line })
      this.advanceTo(end + 1)
    } else {
      this.tokens.push({ kind: 'template', text: null, line })
      this.advanceTo(Math.min(end + 2, this.source.length))
      this.braces.push(true)
    }
  }

  templateEnd(from: number): number {
    let end = from
    while (end < this.source.length && this.source[end] !== '`') {
      if (this.source[end] === '$' && this.source[end + 1] === '{') break
      end += this.source[end] === '\\' ? 2 : 1
    }
    return end
  }

  closeTemplateBrace(): void {
    const end = this.templateEnd(this.at + 1)
    const closes = this.source[end] === '`'
    this.advanceTo(Math.min(end + (closes ? 1 : 2), this.source.length))
    if (closes) this.tokens.push({ kind: 'template', text: null, line: this.line })
    else this.braces.push(true)
  }

  punctuation(char: string): void {
    if (char === '(') {
      const before = this.tokens.at(-1)
      this.parens.push(before?.kind === 'word' && conditionWords.has(before.text))
    } else if (char === ')') this.closedCondition = this.parens.pop() ?? false
    else if (char === '{') this.braces.push(false)
    else if (char === '}' && this.braces.pop() === true) {
      this.closeTemplateBrace()
      return
    }
    this.push('punctuation', char)
    this.at++
  }

  slashOpensRegex(): boolean {
    const before = this.tokens.at(-1)
    if (!before) return true
    if (before.kind === 'word') return beforeExpression.has(before.text) && this.tokens.at(-2)?.text !== '.'
    if (before.kind !== 'punctuation') return false
    if (before.text === ')') return this.closedCondition
    if (before.text === ']') return false
    const twoBack = this.tokens.at(-2)
    // `x! / 2` and `x++ / 2`: the sign belongs to the value before it.
    if (before.text === '!')
      return !twoBack || !(twoBack.kind === 'word' || twoBack.text === ')' || twoBack.text === ']')
    if ((before.text === '+' || before.text === '-') && twoBack?.text === before.text) return false
    return true
  }

  regex(): void {
    let end = this.at + 1
    let inClass = false
    while (end < this.source.length && this.source[end] !== '\n') {
      const char = this.source[end]
      if (char === '/' && !inClass) break
      if (char === '[') inClass = true
      else if (char === ']') inClass = false
      end += char === '\\' ? 2 : 1
    }
    // No closing slash on the line: it was a division after all.
    if (this.source[end] !== '/') {
      this.punctuation('/')
      return
    }
    const text = this.source.slice(this.at, end + 1)
    this.at = end + 1
    this.take(/[a-z]/)
    this.push('regex', text)
  }
}

/** The text that escapes stand for, so that a name spelt `\u0065val` or a path spelt '\x70g' is seen for what it is. */
function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(\r?\n)|([\s\S]))/gi, (_all, ...groups) => {
    const [braced, four, two, newline, plain] = groups as (string | undefined)[]
    const hex = braced ?? four ?? two
    if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff))
    if (newline !== undefined) return ''
    return ({ n: '\n', t: '\t', r: '\r', 0: '\0' } as Record<string, string>)[plain as string] ?? (plain as string)
  })
}
