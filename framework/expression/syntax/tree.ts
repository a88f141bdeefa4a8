/** An expression as its text says it, before any model is asked. */

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '&&' | '||'

/** `at` is the index in the text where the part begins (of an operator: where the operator stands). */
export type Node = { readonly at: number } & (
  | { readonly is: 'literal'; readonly value: Literal }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'select'; readonly of: Node; readonly name: string }
  | { readonly is: 'call'; readonly name: string; readonly target: Node | null; readonly args: readonly Node[] }
  | { readonly is: 'unary'; readonly operator: '!' | '-'; readonly of: Node }
  | { readonly is: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly is: 'if'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | { readonly is: 'list'; readonly items: readonly Node[] }
)

export type Literal =
  | { readonly type: 'int'; readonly value: bigint }
  /** In units of 10^-12; see `run/numbers.ts`. */
  | { readonly type: 'decimal'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null' }

/** How large an expression may be. */
export const limits = {
  /** Characters. */
  length: 4_000,
  nodes: 200,
  /** Parentheses, calls and signs inside each other. */
  depth: 48,
  /** `any` and `all` inside each other. */
  lists: 2,
} as const
