/** Reads an XML-RPC call from hostile text: no document type, no entities of its own, bounded depth and number of elements. */

import { SaxesParser } from 'saxes'
import { InvalidRequestError } from '../../errors.ts'

export interface MethodCall {
  readonly methodName: string
  readonly params: readonly unknown[]
}

/** Bounds that no honest call comes near; the size of the whole text is bounded by http/. */
export const limits = { depth: 100, elements: 500_000 } as const

type Frame =
  | { readonly is: 'call' | 'params' | 'param' | 'data' | 'plain' }
  | { readonly is: 'value'; set: boolean; value: unknown }
  | { readonly is: 'array'; readonly items: unknown[] }
  | { readonly is: 'struct'; readonly members: Record<string, unknown> }
  | { readonly is: 'member'; name: string | null; value: unknown; set: boolean }
  | { readonly is: 'scalar'; readonly type: string }

/** @throws InvalidRequestError ERR_RPC_XML with what is wrong and, where the parser knows, the line */
export function parseCall(text: string): MethodCall {
  const reader = new Reader()
  const parser = new SaxesParser({ xmlns: false })
  parser.on('error', (error) => refuse(error.message))
  parser.on('doctype', () => refuse('a document type is not allowed'))
  parser.on('processinginstruction', () => refuse('a processing instruction is not allowed'))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) refuse('the encoding must be UTF-8')
  })
  parser.on('opentag', (tag) => reader.open(tag.name))
  parser.on('closetag', (tag) => reader.close(tag.name))
  parser.on('text', (part) => reader.text(part))
  parser.on('cdata', (part) => reader.text(part))
  parser.write(text).close()
  return reader.result()
}

function refuse(reason: string): never {
  throw new InvalidRequestError('ERR_RPC_XML', `This is not an XML-RPC call: ${reason.slice(0, 200)}.`)
}

// What may stand where: the child's name by the parent's kind. Whatever is not here is refused.
const allowed: Readonly<Record<string, readonly string[]>> = {
  '': ['methodCall'],
  call: ['methodName', 'params'],
  params: ['param'],
  param: ['value'],
  array: ['data'],
  data: ['value'],
  struct: ['member'],
  member: ['name', 'value'],
}
const scalars = new Set([
  'int',
  'i4',
  'i8',
  'i1',
  'i2',
  'boolean',
  'string',
  'double',
  'dateTime.iso8601',
  'base64',
  'nil',
  'ex:nil',
])

class Reader {
  readonly #stack: Frame[] = []
  #elements = 0
  #depth = 0
  #characters: string[] = []
  #methodName: string | null = null
  readonly #params: unknown[] = []

  open(name: string): void {
    if (++this.#elements > limits.elements) refuse('it has too many elements')
    const parent = this.#stack.at(-1)
    const kind = parent?.is ?? ''
    this.#characters = []
    this.#stack.push(parent?.is === 'value' ? frameInValue(parent.set, name) : this.#frameIn(kind, name))
  }

  #frameIn(parent: string, name: string): Frame {
    if (allowed[parent]?.includes(name) !== true) refuse('an element stands where it may not')
    switch (name) {
      case 'methodCall':
        return { is: 'call' }
      case 'params':
      case 'param':
      case 'data':
        return { is: name }
      case 'member':
        return { is: 'member', name: null, value: undefined, set: false }
      case 'value':
        if (++this.#depth > limits.depth) refuse('its values are nested too deeply')
        return { is: 'value', set: false, value: undefined }
      default:
        return { is: 'plain' }
    }
  }

  text(part: string): void {
    this.#characters.push(part)
  }

  close(name: string): void {
    const frame = this.#stack.pop()
    const parent = this.#stack.at(-1)
    const text = this.#characters.join('')
    this.#characters = []
    switch (frame?.is) {
      case 'scalar':
        this.#setValue(parent, scalar(frame.type, text))
        break
      case 'array':
        this.#setValue(parent, frame.items)
        break
      case 'struct':
        this.#setValue(parent, frame.members)
        break
      case 'value':
        this.#depth--
        // A value without a type is a text.
        this.#deliver(parent, frame.set ? frame.value : text)
        break
      case 'member':
        if (frame.name === null || !frame.set) refuse('a member lacks its name or value')
        define((parent as Frame & { is: 'struct' }).members, frame.name, frame.value)
        break
      case 'plain':
        if (name === 'methodName') this.#methodName = text.trim()
        else if (parent?.is === 'member') parent.name = text
        break
      default:
    }
  }

  #setValue(parent: Frame | undefined, value: unknown): void {
    if (parent?.is !== 'value') return
    parent.value = value
    parent.set = true
  }

  #deliver(parent: Frame | undefined, value: unknown): void {
    if (parent?.is === 'param') this.#params.push(value)
    else if (parent?.is === 'data') (this.#stack.at(-2) as Frame & { is: 'array' }).items.push(value)
    else if (parent?.is === 'member') {
      parent.value = value
      parent.set = true
    }
  }

  result(): MethodCall {
    if (this.#methodName === null || this.#methodName === '') refuse('it names no method')
    return { methodName: this.#methodName, params: this.#params }
  }
}

function frameInValue(isSet: boolean, name: string): Frame {
  if (isSet) refuse('a value holds two things')
  if (name === 'array') return { is: 'array', items: [] }
  if (name === 'struct') return { is: 'struct', members: {} }
  return scalars.has(name) ? { is: 'scalar', type: name } : refuse('a value has an unknown type')
}

// `__proto__` as the name of a member is data like any other, never a prototype.
function define(members: Record<string, unknown>, name: string, value: unknown): void {
  // Where readers differ in which of two values counts, a check and its user may see different ones.
  if (Object.hasOwn(members, name)) refuse('a name stands twice in a struct')
  if (name === '__proto__')
    Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true })
  else members[name] = value
}

function scalar(type: string, text: string): unknown {
  const trimmed = text.trim()
  switch (type) {
    case 'string':
      return text
    case 'boolean':
      return trimmed === '1' ? true : trimmed === '0' ? false : refuse('a boolean is neither 0 nor 1')
    case 'double': {
      const number = /^[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?$/.test(trimmed)
        ? Number(trimmed)
        : Number.NaN
      return Number.isFinite(number) ? number : refuse('a double is no number')
    }
    case 'dateTime.iso8601':
      return dateTime(trimmed)
    case 'base64':
      return base64(text)
    case 'nil':
    case 'ex:nil':
      return null
    default: {
      const number = /^[+-]?[0-9]{1,19}$/.test(trimmed) ? Number(trimmed) : Number.NaN
      return Number.isSafeInteger(number) ? number : refuse('an integer is no number or too large')
    }
  }
}

// XML-RPC's `20240229T13:30:00` is Odoo's `2024-02-29 13:30:00`.
function dateTime(text: string): string {
  const match = /^([0-9]{4})-?([0-9]{2})-?([0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})Z?$/.exec(text)
  return match === null
    ? refuse('a date is not of the form 20240229T13:30:00')
    : `${match[1]}-${match[2]}-${match[3]} ${match[4]}`
}

function base64(text: string): string {
  const bare = text.replace(/\s+/g, '')
  return /^[A-Za-z0-9+/]*={0,2}$/.test(bare) ? bare : refuse('a base64 value holds other characters')
}
