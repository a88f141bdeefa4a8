/** From text to a tree, by precedence as in CEL: `?:` binds weakest, then `||`, `&&`, comparisons, sums, products, signs. */

import { fault } from '../faults.ts'
import { tokens, type Token } from './lex.ts'
import { type BinaryOperator, limits, type Node } from './tree.ts'

const strength: Readonly<Record<string, number>> = {
  ...{ '?': 1, '||': 2, '&&': 3 },
  ...{ '==': 4, '!=': 4, '<': 4, '<=': 4, '>': 4, '>=': 4, in: 4 },
  ...{ '+': 5, '-': 5, '*': 6, '/': 6, '%': 6, '.': 8 },
}

/**
 * The tree of an expression.
 * @throws ValidationError ERR_EXPRESSION_SYNTAX or ERR_EXPRESSION_LIMIT, with the position
 */
export function parseExpression(text: string): Node {
  if (text.length > limits.length)
    throw fault('ERR_EXPRESSION_LIMIT', `an expression has at most ${limits.length} characters`, limits.length)
  const parser = new Parser(tokens(text))
  const node = parser.expression(0)
  parser.expectEnd()
  return node
}

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #nodes = 0
  #depth = 0

  constructor(found: readonly Token[]) {
    this.#tokens = found
  }

  /** Everything that binds stronger than `least`. */
  expression(least: number): Node {
    this.#deeper(this.#peek().at)
    let left = this.#prefix()
    for (;;) {
      const token = this.#peek()
      const power = token.is === 'sign' ? (strength[token.text] ?? 0) : 0
      if (power <= least || token.is !== 'sign') break
      this.#next++
      left = this.#infix(left, token.text, token.at, power)
    }
    this.#depth--
    return left
  }

  expectEnd(): void {
    const token = this.#peek()
    if (token.is !== 'end') throw fault('ERR_EXPRESSION_SYNTAX', `${told(token)} is not expected here`, token.at)
  }

  #prefix(): Node {
    const token = this.#take()
    if (token.is === 'literal') return this.#literal(token, false)
    if (token.is === 'name')
      return this.#isNext('(')
        ? this.#call(null, token.text, token.at)
        : this.#make({ is: 'name', name: token.text, at: token.at })
    if (token.is === 'sign') {
      if (token.text === '(') {
        const inner = this.expression(0)
        this.#expect(')')
        return inner
      }
      if (token.text === '[') return this.#make({ is: 'list', items: this.#items(']'), at: token.at })
      if (token.text === '!' || token.text === '-') {
        const number = this.#peek()
        if (token.text === '-' && number.is === 'literal') {
          this.#next++
          return this.#literal(number, true)
        }
        return this.#make({ is: 'unary', operator: token.text, of: this.expression(7), at: token.at })
      }
    }
    throw fault('ERR_EXPRESSION_SYNTAX', `a value is expected here, not ${told(token)}`, token.at)
  }

  #infix(left: Node, sign: string, at: number, power: number): Node {
    if (sign === '.') {
      const token = this.#take()
      if (token.is !== 'name') throw fault('ERR_EXPRESSION_SYNTAX', "a name is expected after '.'", token.at)
      return this.#isNext('(')
        ? this.#call(left, token.text, token.at)
        : this.#make({ is: 'select', of: left, name: token.text, at: token.at })
    }
    if (sign === '?') {
      const yes = this.expression(0)
      this.#expect(':')
      return this.#make({ is: 'if', condition: left, yes, no: this.expression(0), at })
    }
    const right = this.expression(power)
    return this.#make({ is: 'binary', operator: sign as BinaryOperator, left, right, at })
  }

  #literal(token: Token & { is: 'literal' }, negative: boolean): Node {
    const { value } = token
    if (value.type !== 'int' && value.type !== 'decimal') {
      if (negative) throw fault('ERR_EXPRESSION_TYPE', "'-' needs a number", token.at)
      return this.#make({ is: 'literal', value, at: token.at })
    }
    const signed = negative ? -value.value : value.value
    if (value.type === 'int' && signed === 2n ** 63n)
      throw fault('ERR_EXPRESSION_SYNTAX', 'this number is too large', token.at)
    return this.#make({ is: 'literal', value: { type: value.type, value: signed }, at: token.at })
  }

  #call(target: Node | null, name: string, at: number): Node {
    this.#expect('(')
    return this.#make({ is: 'call', name, target, args: this.#items(')'), at })
  }

  #items(close: ')' | ']'): Node[] {
    const items: Node[] = []
    while (!this.#isNext(close)) {
      if (items.length > 0) this.#expect(',')
      items.push(this.expression(0))
    }
    this.#next++
    return items
  }

  #make(node: Node): Node {
    if (++this.#nodes > limits.nodes)
      throw fault('ERR_EXPRESSION_LIMIT', `an expression has at most ${limits.nodes} parts`, node.at)
    return node
  }

  #deeper(at: number): void {
    if (++this.#depth > limits.depth) throw fault('ERR_EXPRESSION_LIMIT', 'the expression is nested too deeply', at)
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token
  }

  #take(): Token {
    const token = this.#peek()
    if (token.is !== 'end') this.#next++
    return token
  }

  #isNext(sign: string): boolean {
    const token = this.#peek()
    return token.is === 'sign' && token.text === sign
  }

  #expect(sign: string): void {
    const token = this.#take()
    if (token.is !== 'sign' || token.text !== sign)
      throw fault('ERR_EXPRESSION_SYNTAX', `'${sign}' is expected here, not ${told(token)}`, token.at)
  }
}

function told(token: Token): string {
  if (token.is === 'end') return 'the end'
  if (token.is === 'literal') return 'a literal'
  return `'${token.text.slice(0, 40)}'`
}
