/**
 * What goes between Holdfast and a process of scripts: one JSON text a line, both ways, each checked for shape and size before
 * anything looks at it. The parent believes nothing that the child says: whoever escaped from the engine writes these lines.
 */

/** To the child. Data travels as JSON text inside, so that it is made into values in the script's own world only. */
export type Order =
  | { readonly type: 'run'; readonly source: string; readonly input: string; readonly now: string }
  | { readonly type: 'answer'; readonly text: string }

/** Why a script did not finish: its own error, or a limit, or the engine itself is not to be trusted any more. */
export type Reason = 'error' | 'time' | 'memory' | 'data' | 'broken'

/** To the parent. `spent`: the child takes no further run. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'call'; readonly text: string }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'done'; readonly text: string; readonly spent: boolean }
  | {
      readonly type: 'failed'
      readonly reason: Reason
      readonly name: string
      readonly message: string
      /** Line of the script, from 1; 0 when unknown. */
      readonly line: number
      readonly spent: boolean
    }

const reasons: ReadonlySet<unknown> = new Set<Reason>(['error', 'time', 'memory', 'data', 'broken'])

/** @returns `null` for anything that is not exactly an order */
export function parseOrder(line: string): Order | null {
  const found = parseObject(line)
  if (found === null) return null
  const { type, source, input, now, text } = found
  if (type === 'run' && hasKeys(found, 4) && isText(source) && isText(input) && isText(now))
    return { type, source, input, now }
  if (type === 'answer' && hasKeys(found, 2) && isText(text)) return { type, text }
  return null
}

/** @returns `null` for anything that is not exactly a report */
export function parseReport(line: string): Report | null {
  const found = parseObject(line)
  if (found === null) return null
  const { type, text, spent, reason, name, message, line: at } = found
  if (type === 'ready') return hasKeys(found, 1) ? { type } : null
  if (type === 'call' || type === 'log') return hasKeys(found, 2) && isText(text) ? { type, text } : null
  if (typeof spent !== 'boolean') return null
  if (type === 'done') return hasKeys(found, 3) && isText(text) ? { type, text, spent } : null
  if (type !== 'failed' || !hasKeys(found, 6)) return null
  if (!reasons.has(reason) || !isText(name) || !isText(message) || !isLine(at)) return null
  return { type, reason: reason as Reason, name, message, line: at, spent }
}

/** A call as the script asked for it. */
export interface ScriptCall {
  readonly model: string
  readonly method: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}

/** @returns `null` for anything that is not `[model, method, args, kwargs]` */
export function parseCall(text: string, limits: DataLimits): ScriptCall | null {
  const found = parseData(text, limits)
  if (found === undefined || !Array.isArray(found) || found.length !== 4) return null
  const [model, method, args, kwargs] = found as unknown[]
  if (!isText(model) || !isText(method) || model.length > 200 || method.length > 200) return null
  if (!Array.isArray(args) || typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs)) return null
  return { model, method, args, kwargs: kwargs as Record<string, unknown> }
}

interface DataLimits {
  readonly dataBytes: number
  readonly depth: number
}

/** Reads data of a script. @returns `undefined` when it is too large, too deep, no JSON, or has keys that mean more than data */
export function parseData(text: string, { dataBytes, depth }: DataLimits): unknown {
  if (Buffer.byteLength(text) > dataBytes || depthOf(text) > depth) return undefined
  try {
    return JSON.parse(text, refuseSpecialKeys)
  } catch {
    return undefined
  }
}

/** Writes data for a script. @returns `undefined` when it is too large or too deep */
export function writeData(value: unknown, { dataBytes, depth }: DataLimits): string | undefined {
  const text = JSON.stringify(value ?? null)
  return Buffer.byteLength(text) > dataBytes || depthOf(text) > depth ? undefined : text
}

// An own property of this name turns into a prototype as soon as somebody assigns it.
function refuseSpecialKeys(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('__proto__')
  return value
}

/** Depth of a JSON text, counted without recursion: deep texts exhaust the stacks of engines. */
export function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return deepest
}

function parseObject(line: string): Record<string, unknown> | null {
  // Protocol lines are flat.
  if (depthOf(line) !== 1) return null
  try {
    const found: unknown = JSON.parse(line, refuseSpecialKeys)
    return typeof found === 'object' && found !== null && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function hasKeys(found: object, count: number): boolean {
  return Object.keys(found).length === count
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isLine(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e6
}
