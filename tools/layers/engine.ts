// Reads the rules of tools/layers.ts against the imports and words of every source file. It knows no room by name: all
// names are in the rules.
import { posix } from 'node:path'
import { isBuiltin } from 'node:module'
import type { Import } from './imports.ts'
import { type Fault, roomOf, type Source } from './tree.ts'

/** What an area (a top folder) may import. */
export interface AreaRule {
  /** Areas whose files it may import at all. */
  readonly imports: readonly string[]
  /** Its rooms, lowest first; a room imports only what stands before it. Absent: rooms are not ordered. */
  readonly order?: readonly string[]
  /** Rooms outside the order, with the rooms whose every file they may import ('framework' means the whole area). */
  readonly above?: Readonly<Record<string, readonly string[]>>
  /** Whether only a room's face (index.ts) or one of `faces` is reachable from outside it. */
  readonly onlyFaces?: boolean
  /** The only files of other areas that it may import, tests apart. */
  readonly only?: readonly string[]
  /** Whether Node's own modules are open to it, tests apart. */
  readonly builtins: boolean
}

/** A module, or some names of it, that only named rooms may import. An empty `only` closes it to everybody. */
export interface Door {
  readonly modules: readonly string[]
  readonly names?: readonly string[]
  readonly only: readonly string[]
  /** Whether test files anywhere may use it too. */
  readonly tests?: boolean
  readonly why: string
}

/** The whole table. */
export interface Rules {
  readonly areas: Readonly<Record<string, AreaRule>>
  /** Files that stand for a room of their own and are importable as they are. */
  readonly faces: readonly string[]
  /** Rooms that only tests, tools and themselves may import. */
  readonly testing: readonly string[]
  readonly doors: readonly Door[]
  /** Sequences of words and signs that may stand nowhere, each with the reason. */
  readonly forbidden: readonly { readonly words: readonly string[]; readonly why: string }[]
  /** Rooms that may import a module whose name is computed at run time. */
  readonly computedImports: readonly string[]
}

type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtin' | 'package'; readonly name: string }
  | { readonly kind: 'outside' }

/** Checks every file against the rules; `sources` must hold each app's app.ts, which lists what the app depends on. */
export function checkLayers(sources: readonly Source[], rules: Rules): Fault[] {
  const depends = dependsOfApps(sources)
  return sources.flatMap((source) => [
    ...unknownRoom(source, rules),
    ...source.imports.flatMap((one) => checkImport(source, one, rules, depends)),
    ...forbiddenWords(source, rules),
  ])
}

/** Where a specifier leads, seen from a file of the project. */
export function resolve(from: string, specifier: string): Target {
  if (specifier === '#framework') return { kind: 'file', path: 'framework/index.ts' }
  if (/^#(framework|apps|platform)\//.test(specifier)) return fileTarget(specifier.slice(1))
  if (specifier.startsWith('.')) return fileTarget(posix.join(posix.dirname(from), specifier))
  if (/^(\/|[a-z]:|file:|data:|https?:|#)/i.test(specifier)) return { kind: 'outside' }
  if (isBuiltin(specifier)) return { kind: 'builtin', name: `node:${specifier.replace(/^node:/, '')}` }
  return { kind: 'package', name: specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/') }
}

function fileTarget(path: string): Target {
  const clean = posix.normalize(path)
  return clean.startsWith('..') ? { kind: 'outside' } : { kind: 'file', path: clean }
}

function areaOf(room: string): string {
  return room.split('/', 1)[0] as string
}

function unknownRoom(source: Source, rules: Rules): Fault[] {
  const area = rules.areas[areaOf(source.room)]
  if (area && (!area.order || area.order.includes(source.room) || area.above?.[source.room])) return []
  return [fault(source, 1, 'unknown-room', `${source.room} is no known room; list it in tools/layers.ts`)]
}

type Depends = ReadonlyMap<string, readonly string[]>

function checkImport(source: Source, one: Import, rules: Rules, depends: Depends): Fault[] {
  if (one.specifier === null) {
    const may = source.isTest || isIn(source.room, rules.computedImports)
    return may
      ? []
      : [fault(source, one.line, 'computed-import', 'the name of an imported module must be a literal here')]
  }
  const target = resolve(source.path, one.specifier)
  if (target.kind === 'outside') {
    return [fault(source, one.line, 'outside', `${one.specifier} lies outside the project`)]
  }
  const refusal =
    target.kind === 'file' ? refuseFile(source, target.path, rules, depends) : refuseModule(source, target, rules)
  const faults = refusal ? [fault(source, one.line, refusal.rule, `${one.specifier}: ${refusal.message}`)] : []
  for (const door of rules.doors) {
    if (isClosed(door, source, one, target)) {
      const what = door.names ? `${door.names.join(', ')} of ${one.specifier}` : one.specifier
      const open = door.only.length > 0 ? `only ${door.only.join(', ')} may import it` : 'nobody may import it'
      faults.push(fault(source, one.line, 'door', `${what}: ${open} (${door.why})`))
    }
  }
  return faults
}

type Refusal = { readonly rule: string; readonly message: string } | null

function refuseModule(source: Source, target: { kind: string; name: string }, rules: Rules): Refusal {
  const area = rules.areas[areaOf(source.room)]
  if (target.kind === 'builtin' && area?.builtins === false && !source.isTest) {
    return { rule: 'builtin', message: `${areaOf(source.room)} use no module of Node; ask the framework` }
  }
  return null
}

function refuseFile(source: Source, path: string, rules: Rules, depends: Depends): Refusal {
  const from = areaOf(source.room)
  const room = roomOf(path)
  if (room === source.room) return null
  const area = rules.areas[from]
  if (!area) return null
  const to = areaOf(room)
  if (isIn(room, rules.testing) && !source.isTest && from !== 'tools' && from !== 'tests') {
    return { rule: 'testing', message: 'only tests use the testing room' }
  }
  if (source.isTest && (to === 'tools' || isIn(room, rules.testing))) return null
  const above = area.above?.[source.room]
  if (above && isIn(room, above)) return null
  if (!area.imports.includes(to)) return { rule: 'area', message: `${from} never import ${to}` }
  if (area.only && to !== from && !source.isTest && !area.only.includes(path)) {
    return { rule: 'area', message: `${from} import ${area.only.join(', ')} and nothing below it` }
  }
  if (from === 'apps' && to === 'apps') return refuseApp(source, room, depends)
  if (to === from && area.order && !source.isTest && !isBelow(room, source.room, area.order)) {
    return { rule: 'order', message: `${source.room} stands below ${room}; imports point downwards` }
  }
  return refuseFace(area, path, rules)
}

/** Rooms outside the order, such as the public face, stand above all that are in it. */
function isBelow(room: string, importer: string, order: readonly string[]): boolean {
  return order.includes(room) && order.indexOf(room) < order.indexOf(importer)
}

function refuseFace(area: AreaRule, path: string, rules: Rules): Refusal {
  if (!area.onlyFaces || path.split('/')[2] === 'index.ts' || rules.faces.includes(path)) return null
  return { rule: 'face', message: `a room is entered through its index.ts only` }
}

function refuseApp(source: Source, room: string, depends: Depends): Refusal {
  if (depends.get(source.room)?.includes(room)) return null
  return {
    rule: 'app-depends',
    message: `${source.room}/app.ts does not list ${room.slice('apps/'.length)} in depends`,
  }
}

/** Whether a door is closed to this import. */
function isClosed(door: Door, source: Source, one: Import, target: Target): boolean {
  const isTheDoor =
    target.kind === 'file'
      ? door.modules.some((name) => target.path === name || target.path.startsWith(`${name}/`))
      : target.kind !== 'outside' && door.modules.some((name) => target.name === name)
  if (!isTheDoor || isIn(source.room, door.only) || (source.isTest && door.tests === true)) return false
  const { names } = door
  if (!names) return true
  // Types carry no power; the whole module under one name carries all of its names.
  return one.names.some((name) => (names.includes(name) || name === '*') && !one.typeNames.includes(name))
}

function forbiddenWords(source: Source, rules: Rules): Fault[] {
  const { tokens } = source
  const found: Fault[] = []
  for (const [index, token] of tokens.entries()) {
    for (const { words, why } of rules.forbidden) {
      const matches = words.every((word, offset) => {
        const at = tokens[index + offset]
        return at !== undefined && at.text === word && (at.kind === 'word' || at.kind === 'punctuation')
      })
      if (matches) found.push(fault(source, token.line, 'forbidden', `${words.join(' ')}: ${why}`))
    }
  }
  return found
}

/** A room is in a list when the list names it or its area. */
function isIn(room: string, list: readonly string[]): boolean {
  return list.includes(room) || list.includes(areaOf(room))
}

function dependsOfApps(sources: readonly Source[]): Depends {
  const depends = new Map<string, string[]>()
  for (const { path, room, tokens } of sources) {
    if (path !== `${room}/app.ts` || !room.startsWith('apps/')) continue
    const start = tokens.findIndex((token, i) => token.text === 'depends' && tokens[i + 1]?.text === ':')
    const list: string[] = []
    for (let i = start + 2; start >= 0 && i < tokens.length && tokens[i]?.text !== ']'; i++) {
      const token = tokens[i]
      if (token?.kind === 'string') list.push(`apps/${token.text}`)
    }
    depends.set(room, list)
  }
  return depends
}

function fault(source: Source, line: number, rule: string, message: string): Fault {
  return { file: source.path, line, rule, message }
}
