/** Routes as data: what may be asked, what kind of entry it is, and what it needs. Other rooms add theirs as lists. */

import type { Exchange, Reply } from './exchange.ts'

/**
 * The kinds of entry. PAGE: a person's browser, with cookie. RPC: programs. FILE: attachments and images.
 * LINK: opens something without sign-in, by a signed token. SOCKET: a WebSocket.
 */
export type Kind = 'PAGE' | 'RPC' | 'FILE' | 'LINK' | 'SOCKET'
export const kinds: readonly Kind[] = ['PAGE', 'RPC', 'FILE', 'LINK', 'SOCKET']

export type BodyType = 'none' | 'json' | 'xml' | 'form'

export interface Route {
  /** GET answers HEAD too. */
  readonly method: 'GET' | 'POST'
  /** `/web/login`, `/web/first-login/:token`; `:name` takes one part of the path. */
  readonly path: string
  readonly kind: Kind
  /** `required`: 404 at a host that stands for no tenant. Default `required`. */
  readonly tenant?: 'required' | 'optional' | 'none'
  /** `required`: without a session a PAGE goes to the sign-in page, an RPC gets "session expired". Default `none`: the cookie is not even read. */
  readonly session?: 'required' | 'optional' | 'none'
  /** What a POST carries; another content type is refused. Default by kind: PAGE and LINK `form`, RPC `json`. */
  readonly body?: BodyType
  /** Largest body in bytes; default 1 MiB, 128 MiB for RPC. */
  readonly maxBodyBytes?: number
  /** A POST that changes nothing: needs no CSRF token. Default false. */
  readonly safe?: boolean
  /** RPC whose caller sends a password or key with each call: a foreign page has none, so origin checks do not apply. */
  readonly ownCredentials?: boolean
  /** The body is not read, whatever it is; the connection ends instead. For paths that lead nowhere. */
  readonly discard?: boolean
  readonly handler: (exchange: Exchange) => Reply | Promise<Reply>
}

/** What a path leads to. */
export type Match =
  | { readonly found: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly found: 'path'; readonly allow: string }
  | { readonly found: 'nothing' }

interface Node {
  readonly children: Map<string, Node>
  wild: Node | null
  readonly names: string[]
  readonly routes: Map<string, { route: Route; names: readonly string[] }>
}

export interface Router {
  readonly routes: readonly Route[]
  match(method: string, path: string): Match
}

const none: Readonly<Record<string, string>> = Object.freeze({})

/** Builds the tree of all routes. @throws Error when two routes claim the same method and path. */
export function buildRouter(routes: readonly Route[]): Router {
  const root = node()
  const exact = new Map<string, Map<string, Match>>()
  for (const route of routes) {
    insert(root, route)
    if (!route.path.includes('/:')) {
      const byMethod = exact.get(route.path) ?? new Map<string, Match>()
      byMethod.set(route.method, { found: 'route', route, params: none })
      exact.set(route.path, byMethod)
    }
  }
  return {
    routes,
    match: (method, path) => {
      const wanted = method === 'HEAD' ? 'GET' : method
      return exact.get(path)?.get(wanted) ?? walk(root, wanted, path)
    },
  }
}

function node(): Node {
  return { children: new Map(), wild: null, names: [], routes: new Map() }
}

function insert(root: Node, route: Route): void {
  const names: string[] = []
  let at = root
  for (const part of route.path.slice(1).split('/')) {
    if (part.startsWith(':')) {
      names.push(part.slice(1))
      at.wild ??= node()
      at = at.wild
    } else {
      const next = at.children.get(part) ?? node()
      at.children.set(part, next)
      at = next
    }
  }
  if (at.routes.has(route.method)) throw new Error(`Two routes claim ${route.method} ${route.path}.`)
  at.routes.set(route.method, { route, names })
}

function walk(root: Node, method: string, path: string): Match {
  const parts = path.slice(1).split('/')
  const values: string[] = []
  const at = descend(root, parts, 0, values)
  if (at === null) return { found: 'nothing' }
  const hit = at.routes.get(method)
  if (hit === undefined)
    return {
      found: 'path',
      allow: [...at.routes.keys()].map((name) => (name === 'GET' ? 'GET, HEAD' : name)).join(', '),
    }
  const params: Record<string, string> = {}
  hit.names.forEach((name, index) => {
    params[name] = values[index] as string
  })
  return { found: 'route', route: hit.route, params }
}

// A literal part wins over a `:name`; the work is bounded by the number of routes, whatever the path.
function descend(at: Node, parts: readonly string[], index: number, values: string[]): Node | null {
  if (index === parts.length) return at.routes.size > 0 ? at : null
  const part = parts[index] as string
  const literal = at.children.get(part)
  if (literal !== undefined) {
    const found = descend(literal, parts, index + 1, values)
    if (found !== null) return found
  }
  if (at.wild === null || part === '') return null
  values.push(part)
  const found = descend(at.wild, parts, index + 1, values)
  if (found === null) values.pop()
  return found
}
