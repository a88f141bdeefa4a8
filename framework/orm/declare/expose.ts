/** Which methods RPC reaches, and with which arguments: from this one declaration come all protocol bindings. */

/** The kind of an argument or result; checked at run time at the edge. */
export interface ParamType {
  readonly kind:
    | 'domain'
    | 'values'
    | 'valuesList'
    | 'ids'
    | 'id'
    | 'int'
    | 'float'
    | 'str'
    | 'bool'
    | 'strings'
    | 'json'
    | 'spec'
    | 'records'
    | 'void'
  readonly optional: boolean
  readonly initial: unknown
  /** The same type, not required; absent means `initial`. */
  or(initial: unknown): ParamType
}

function type(kind: ParamType['kind'], optional = false, initial: unknown = undefined): ParamType {
  return { kind, optional, initial, or: (value: unknown) => type(kind, true, value) }
}

/** Types of parameters and results. */
export const t = {
  domain: type('domain'),
  /** One dict of field values. */
  values: type('values'),
  /** One dict or a list of them. */
  valuesList: type('valuesList'),
  ids: type('ids'),
  id: type('id'),
  int: type('int'),
  float: type('float'),
  str: type('str'),
  bool: type('bool'),
  strings: type('strings'),
  /** Any JSON value; the method checks it. */
  json: type('json'),
  /** A read specification as of `web_read`. */
  spec: type('spec'),
  /** A recordset; leaves as its ids. */
  records: type('records'),
  /** Nothing: `null` in JSON-2, no `result` member in JSON-RPC, a fault in XML-RPC (as Odoo does). */
  void: type('void'),
} as const

export interface ApiMethod {
  /** Parameters in positional order; the same names serve named calls. */
  readonly params: Readonly<Record<string, ParamType>>
  readonly returns: ParamType
  /** The right on the model that a caller needs at least; the method's own reads and writes are checked besides. */
  readonly access: 'read' | 'write' | 'create' | 'unlink' | 'none'
  /** `records`: the first positional argument is a list of ids (or one id). `model`: none. */
  readonly on: 'model' | 'records'
  /** Runs without a transaction of its own, each statement by itself. */
  readonly readonly?: boolean
  /** Ids that are texts name no record and are passed over; elsewhere they are refused. */
  readonly passesOverTexts?: boolean
  /** Other names under which clients send a parameter. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Name of the method in the class, where it differs from the one that RPC uses. */
  readonly implementation?: string
  readonly doc: string
}

/** Completes a method's declaration; `on` defaults to `records`. */
export function api(method: Omit<ApiMethod, 'on'> & { readonly on?: ApiMethod['on'] }): ApiMethod {
  return { ...method, on: method.on ?? 'records' }
}

export type Api = Readonly<Record<string, ApiMethod>>
