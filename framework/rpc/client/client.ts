/**
 * A client of Holdfast's JSON-2 API whose types know the models. This file is handed out as it is, beside the models that
 * were generated for a database; it needs nothing but `fetch`.
 */

/**
 * One model. A field is `{ kind; may }`, with `to` where it leads to a model, `values` where it is a selection, and
 * `empty: false` where it may be empty: it then reads as `false`.
 */
export interface ModelShape {
  readonly fields: object
  /** Methods of its own. */
  readonly methods: object
}

type Models<M> = { readonly [N in keyof M]: ModelShape }
type Part<F, P extends string, D = never> = F extends { readonly [K in P]: infer T } ? T : D
type Fields<M extends Models<M>, N extends keyof M> = M[N]['fields']
type Empty<F> = Part<F, 'empty'>
type Target<M, F> = Part<F, 'to'> & keyof M

/** What a read gives, what a write takes, by kind of field. */
interface Kinds<F> {
  readonly char: readonly [string | Empty<F>, string | false]
  readonly text: readonly [string | Empty<F>, string | false]
  readonly html: readonly [string | Empty<F>, string | false]
  readonly reference: readonly [string | Empty<F>, string | false]
  readonly date: readonly [string | Empty<F>, string | false]
  readonly datetime: readonly [string | Empty<F>, string | false]
  readonly binary: readonly [string | Empty<F>, string | false]
  readonly boolean: readonly [boolean, boolean]
  readonly integer: readonly [number, number]
  readonly float: readonly [number, number]
  readonly monetary: readonly [number, number]
  readonly selection: readonly [Part<F, 'values'> | Empty<F>, Part<F, 'values'> | false]
  readonly many2one: readonly [readonly [id: number, name: string] | Empty<F>, number | false]
  readonly one2many: readonly [readonly number[], readonly (Command | number)[]]
  readonly many2many: readonly [readonly number[], readonly (Command | number)[]]
  readonly json: readonly [unknown, unknown]
}
type KindOf<F> = Part<F, 'kind'> & keyof Kinds<F>

/** A command on a list of records: 0 create, 1 update, 2 delete, 3 unlink, 4 link, 5 clear, 6 replace. */
export type Command =
  | readonly [0, 0, Readonly<Record<string, unknown>>]
  | readonly [1, number, Readonly<Record<string, unknown>>]
  | readonly [2 | 3 | 4, number]
  | readonly [5]
  | readonly [6, 0, readonly number[]]

type Named<F, How extends 'read' | 'write'> = {
  [K in keyof F]: Part<F[K], 'may'> extends 'both' | How ? K : never
}[keyof F] &
  string

/** Names of the fields that may be read. */
export type FieldName<M extends Models<M>, N extends keyof M> = Named<Fields<M, N>, 'read'>
/** A record with the fields that were asked for. */
export type Row<M extends Models<M>, N extends keyof M, K extends FieldName<M, N>> = {
  readonly [F in K | 'id']: F extends keyof Fields<M, N> ? Kinds<Fields<M, N>[F]>[KindOf<Fields<M, N>[F]>][0] : number
}
/** Values for `create` and `write`. */
export type Values<M extends Models<M>, N extends keyof M> = {
  readonly [F in Named<Fields<M, N>, 'write'>]?: Kinds<Fields<M, N>[F]>[KindOf<Fields<M, N>[F]>][1]
}

type Compare<V> =
  | readonly ['=' | '!=', V | false]
  | readonly ['<' | '<=' | '>' | '>=', V]
  | readonly ['in' | 'not in', readonly (V | false)[]]
type Match = readonly ['like' | 'ilike' | 'not like' | 'not ilike' | '=like' | '=ilike', string]
type Relate<M extends Models<M>, T extends keyof M> =
  | readonly ['=' | '!=' | 'in' | 'not in' | 'child_of' | 'parent_of', number | readonly number[] | string | false]
  | readonly ['any' | 'not any', Domain<M, T>]
  | Match

/** The operator and value that fit a kind of field. */
interface Conditions<M extends Models<M>, F> {
  readonly char: Compare<string> | Match
  readonly text: Compare<string> | Match
  readonly html: Compare<string> | Match
  readonly reference: Compare<string> | Match
  readonly date: Compare<string>
  readonly datetime: Compare<string>
  readonly binary: readonly ['=' | '!=', false]
  readonly boolean: readonly ['=' | '!=', boolean]
  readonly integer: Compare<number>
  readonly float: Compare<number>
  readonly monetary: Compare<number>
  readonly selection:
    | readonly ['=' | '!=', Part<F, 'values'> | false]
    | readonly ['in' | 'not in', readonly (Part<F, 'values'> | false)[]]
  readonly many2one: Relate<M, Target<M, F>>
  readonly one2many: Relate<M, Target<M, F>>
  readonly many2many: Relate<M, Target<M, F>>
  readonly json: never
}
type Relation<F> = { [K in keyof F]: Part<F[K], 'to'> extends never ? never : K }[keyof F] & string
type Condition<M extends Models<M>, N extends keyof M> =
  | { [F in FieldName<M, N>]: readonly [F, ...Conditions<M, Fields<M, N>[F]>[KindOf<Fields<M, N>[F]>]] }[FieldName<
      M,
      N
    >]
  // Past the first dot the server checks; `any` is the way whose types go on.
  | readonly [`${Relation<Fields<M, N>>}.${string}`, string, unknown]

/** Conditions in prefix notation; `&` is implied. */
export type Domain<M extends Models<M>, N extends keyof M> = readonly (Condition<M, N> | '&' | '|' | '!')[]

/** Language, time zone, companies and defaults of a call. */
export interface Context {
  readonly lang?: string
  readonly tz?: string
  readonly active_test?: boolean
  readonly allowed_company_ids?: readonly number[]
  readonly bin_size?: boolean
  readonly [key: `default_${string}`]: unknown
}
interface CallOptions {
  readonly context?: Context
  readonly signal?: AbortSignal
}
interface ListOptions<F extends string> extends CallOptions {
  readonly offset?: number
  readonly limit?: number
  readonly order?: Order<F> | readonly Order<F>[]
}
type Order<F extends string> = F | `${F} ${'asc' | 'desc'}`
type Grouping<F extends string> = F | `${F}:${'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'}`
type Aggregate<F extends string> =
  | '__count'
  | `${F}:${'sum' | 'avg' | 'min' | 'max' | 'count' | 'count_distinct' | 'array_agg' | 'bool_and' | 'bool_or'}`

type Methods<M extends Models<M>, N extends keyof M> = M[N]['methods']
type ArgsOf<X> = X extends (args: infer A) => unknown ? A : never
type ResultOf<X> = X extends (args: never) => infer R ? R : never

/** The calls on one model. */
export interface Model<M extends Models<M>, N extends keyof M> {
  search(domain: Domain<M, N>, options?: ListOptions<FieldName<M, N>>): Promise<number[]>
  searchCount(domain: Domain<M, N>, options?: CallOptions & { readonly limit?: number }): Promise<number>
  searchRead<K extends FieldName<M, N>>(
    domain: Domain<M, N>,
    fields: readonly K[],
    options?: ListOptions<FieldName<M, N>>,
  ): Promise<Row<M, N, K>[]>
  read<K extends FieldName<M, N>>(
    ids: readonly number[],
    fields: readonly K[],
    options?: CallOptions,
  ): Promise<Row<M, N, K>[]>
  create(values: Values<M, N>, options?: CallOptions): Promise<number>
  createMany(values: readonly Values<M, N>[], options?: CallOptions): Promise<number[]>
  write(ids: readonly number[], values: Values<M, N>, options?: CallOptions): Promise<boolean>
  unlink(ids: readonly number[], options?: CallOptions): Promise<boolean>
  nameSearch(
    name: string,
    options?: CallOptions & { readonly domain?: Domain<M, N>; readonly limit?: number },
  ): Promise<[number, string][]>
  readGroup(
    domain: Domain<M, N>,
    groupby: readonly Grouping<FieldName<M, N>>[],
    aggregates: readonly Aggregate<FieldName<M, N>>[],
    options?: CallOptions & { readonly offset?: number; readonly limit?: number; readonly order?: string },
  ): Promise<Readonly<Record<string, unknown>>[]>
  /** Calls one of the model's own methods. */
  call<X extends keyof Methods<M, N> & string>(
    method: X,
    args: ArgsOf<Methods<M, N>[X]>,
    options?: CallOptions,
  ): Promise<ResultOf<Methods<M, N>[X]>>
}

export interface Client<M extends Models<M>> {
  model<N extends keyof M & string>(name: N): Model<M, N>
  /** Any method, with named arguments and without types. */
  call(model: string, method: string, args: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<unknown>
}

export interface ClientOptions {
  /** `https://example.holdfast.example` */
  readonly url: string
  /** Needed at an address that serves several databases. */
  readonly database?: string
  /** An API key. */
  readonly key: string
  /** Milliseconds after which a call is given up; default 60 000. */
  readonly timeoutMs?: number
  /** Default the global one. */
  readonly fetch?: typeof fetch
}

/** A refusal or failure of the server, or of the way to it. */
export class HoldfastError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The class as Odoo names it: `odoo.exceptions.ValidationError`. */
  readonly type: string
  /** The stable code, with a reference number where the server is at fault. */
  readonly code: string
  constructor(message: string, status: number, type: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.status = status
    this.type = type
    this.code = code
  }
}
/** 401: the key is wrong, expired or revoked. */
export class KeyError extends HoldfastError {}
/** 403: the user of the key may not do this. */
export class AccessError extends HoldfastError {}
/** 404: no such model, method or record for this user. */
export class MissingError extends HoldfastError {}
/** 422 and other 4xx: the data or the arguments. */
export class InvalidError extends HoldfastError {}
/** 429: too many tries. */
export class RateLimitError extends HoldfastError {
  retryAfterSeconds = 60
}
/** 5xx: an unknown field, a malformed domain, or a fault of the server. */
export class ServerError extends HoldfastError {}
/** No answer came, or none that this client understands. */
export class ConnectionError extends HoldfastError {}

/** A client for models of these types; `createClient` of the generated index knows those of its database. */
export function connect<M extends Models<M>>(options: ClientOptions): Client<M> {
  const call: Client<M>['call'] = (model, method, args, more) => send(options, model, method, args, more)
  return { call, model: (name) => modelOf(call, name) as never }
}

function modelOf(call: Client<never>['call'], name: string): unknown {
  type Options = CallOptions & { readonly order?: string | readonly string[]; readonly [key: string]: unknown }
  const run = (method: string, args: Readonly<Record<string, unknown>>, { signal, order, ...more }: Options = {}) => {
    const ordered = order === undefined ? {} : { order: typeof order === 'string' ? order : order.join(', ') }
    return call(name, method, { ...args, ...more, ...ordered }, signal === undefined ? {} : { signal })
  }
  return {
    search: (domain: unknown, options?: Options) => run('search', { domain }, options),
    searchCount: (domain: unknown, options?: Options) => run('search_count', { domain }, options),
    searchRead: (domain: unknown, fields: unknown, options?: Options) =>
      run('search_read', { domain, fields }, options),
    read: (ids: unknown, fields: unknown, options?: Options) => run('read', { ids, fields }, options),
    create: async (values: unknown, options?: Options) =>
      ((await run('create', { vals_list: [values] }, options)) as number[])[0],
    createMany: (values: unknown, options?: Options) => run('create', { vals_list: values }, options),
    write: (ids: unknown, vals: unknown, options?: Options) => run('write', { ids, vals }, options),
    unlink: (ids: unknown, options?: Options) => run('unlink', { ids }, options),
    nameSearch: (text: unknown, options?: Options) => run('name_search', { name: text }, options),
    readGroup: (domain: unknown, groupby: unknown, aggregates: unknown, options?: Options) =>
      run('formatted_read_group', { domain, groupby, aggregates }, options),
    call: (method: string, args: Readonly<Record<string, unknown>>, options?: Options) => run(method, args, options),
  }
}

async function send(
  { url, database, key, timeoutMs = 60_000, fetch: ask = fetch }: ClientOptions,
  model: string,
  method: string,
  args: Readonly<Record<string, unknown>>,
  { context, signal }: CallOptions = {},
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs)
  let response: Response
  let body: unknown
  try {
    response = await ask(new URL(`/json/2/${encodeURIComponent(model)}/${encodeURIComponent(method)}`, url), {
      method: 'POST',
      // A redirect would carry the key to somewhere else.
      redirect: 'error',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${key}`,
        ...(database === undefined ? {} : { 'X-Odoo-Database': database }),
      },
      body: JSON.stringify(context === undefined ? args : { ...args, context }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    body = await response.json()
  } catch (cause) {
    throw new ConnectionError(`No answer from ${new URL(url).host} that makes sense.`, 0, '', '', cause)
  }
  if (response.ok) return body
  throw refusal(response, body)
}

function refusal(response: Response, body: unknown): HoldfastError {
  const { name, message, debug } = (typeof body === 'object' && body !== null ? body : {}) as Readonly<
    Record<string, unknown>
  >
  const { status } = response
  const told = [
    typeof message === 'string' ? message : `The server answered ${status}.`,
    status,
    String(name ?? ''),
    String(debug ?? ''),
  ] as const
  if (status === 401) return new KeyError(...told)
  if (status === 403) return new AccessError(...told)
  if (status === 404) return new MissingError(...told)
  if (status === 429) {
    const error = new RateLimitError(...told)
    error.retryAfterSeconds = Number(response.headers.get('retry-after')) || error.retryAfterSeconds
    return error
  }
  return status < 500 ? new InvalidError(...told) : new ServerError(...told)
}
