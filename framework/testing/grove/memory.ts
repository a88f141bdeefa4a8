/** The grove in memory: plain objects, changed one command after the other, and derived values computed from nothing. */

export type Kind = 'soil' | 'mark' | 'tree' | 'bough' | 'leaf'
export type Key = string
export type Values = { [name: string]: unknown }

/** A command by keys instead of ids. */
export type Command =
  | readonly [0, 0, Values]
  | readonly [1, Key, Values]
  | readonly [2 | 3 | 4, Key]
  | readonly [5]
  | readonly [6, 0, readonly Key[]]

/** Lists: which kind they hold, and the many2one on the other side (none: links). */
export const lists: Readonly<Record<string, { readonly of: Kind; readonly inverse?: string }>> = {
  'tree.bough_ids': { of: 'bough', inverse: 'tree_id' },
  'bough.leaf_ids': { of: 'leaf', inverse: 'bough_id' },
  'leaf.mark_ids': { of: 'mark' },
  'mark.leaf_ids': { of: 'leaf' },
}

/** Fields that point to one record. */
export const links: Readonly<Record<string, Kind>> = {
  'tree.soil_id': 'soil',
  'tree.parent_id': 'tree',
  'bough.tree_id': 'tree',
  'leaf.bough_id': 'bough',
}

interface Entry {
  readonly kind: Kind
  readonly values: Values
}

export class Memory {
  readonly entries: Map<Key, Entry>
  /** `leaf mark` */
  readonly marked: Set<string>

  constructor(from?: Memory) {
    this.entries = new Map(
      [...(from?.entries ?? [])].map(([key, { kind, values }]) => [key, { kind, values: { ...values } }]),
    )
    this.marked = new Set(from?.marked)
  }

  keys(kind: Kind): Key[] {
    return [...this.entries].filter(([, entry]) => entry.kind === kind).map(([key]) => key)
  }

  create(kind: Kind, values: Values, over: Values = {}): void {
    const key = keyOf(values['name'])
    this.entries.set(key, { kind, values: {} })
    this.write(key, { ...(kind === 'bough' ? { factor: String(values['name']).length } : {}), ...values, ...over })
  }

  write(key: Key, values: Values): void {
    const entry = this.entries.get(key) as Entry
    if (entry.kind === 'bough' && 'name' in values && !('factor' in values))
      entry.values['factor'] = String(values['name']).length
    for (const [name, value] of Object.entries(values)) {
      if (lists[`${entry.kind}.${name}`]) this.#command(key, name, value as readonly Command[])
      else entry.values[name] = value
    }
  }

  unlink(key: Key): void {
    this.entries.delete(key)
    for (const { kind, values } of this.entries.values())
      for (const name of Object.keys(values)) if (links[`${kind}.${name}`] && values[name] === key) values[name] = null
    for (const pair of this.marked) if (pair.split(' ').includes(key)) this.marked.delete(pair)
  }

  #command(parent: Key, name: string, commands: readonly Command[]): void {
    const { of, inverse } = lists[`${this.entries.get(parent)?.kind}.${name}`] as { of: Kind; inverse?: string }
    for (const command of commands) {
      switch (command[0]) {
        case 0: {
          const made = keyOf(command[2]['name'])
          this.create(of, command[2], inverse ? { [inverse]: parent } : {})
          if (!inverse) this.#link(parent, made, name)
          break
        }
        case 1:
          this.write(command[1], command[2])
          break
        case 2:
          this.unlink(command[1])
          break
        case 3:
          if (this.#children(parent, name).includes(command[1])) this.#cut(parent, command[1], name)
          break
        case 4:
          this.#link(parent, command[1], name)
          break
        default: {
          const kept = command[0] === 6 ? command[2] : []
          for (const child of this.#children(parent, name)) if (!kept.includes(child)) this.#cut(parent, child, name)
          for (const child of kept) this.#link(parent, child, name)
        }
      }
    }
  }

  #children(parent: Key, name: string): Key[] {
    if (name === 'mark_ids') return this.marksOf(parent)
    if (this.entries.get(parent)?.kind === 'mark') return this.leavesOf(parent)
    const inverse = name === 'bough_ids' ? 'tree_id' : 'bough_id'
    return [...this.entries].filter(([, { values }]) => values[inverse] === parent).map(([key]) => key)
  }

  marksOf(leaf: Key): Key[] {
    return [...this.marked].map((pair) => pair.split(' ')).flatMap(([l, m]) => (l === leaf ? [m as Key] : []))
  }

  leavesOf(mark: Key): Key[] {
    return [...this.marked].map((pair) => pair.split(' ')).flatMap(([l, m]) => (m === mark ? [l as Key] : []))
  }

  #pair(parent: Key, child: Key, name: string): string {
    return name === 'mark_ids' ? `${parent} ${child}` : `${child} ${parent}`
  }

  #link(parent: Key, child: Key, name: string): void {
    const inverse = lists[`${this.entries.get(parent)?.kind}.${name}`]?.inverse
    if (inverse) (this.entries.get(child) as Entry).values[inverse] = parent
    else this.marked.add(this.#pair(parent, child, name))
  }

  #cut(parent: Key, child: Key, name: string): void {
    const inverse = lists[`${this.entries.get(parent)?.kind}.${name}`]?.inverse
    if (inverse) (this.entries.get(child) as Entry).values[inverse] = null
    else this.marked.delete(this.#pair(parent, child, name))
  }

  /** Whether the constraint holds for all leaves. */
  isSound(): boolean {
    return this.keys('leaf').every((leaf) => {
      const bough = this.#at(this.#at(leaf)['bough_id'])
      return Number(this.#at(leaf)['size'] ?? 0) <= 1_000 && !String(bough['name'] ?? '').endsWith('rotten')
    })
  }

  /** Everything about a record, relations by key, stored computed fields worked out here and now. */
  picture(key: Key): Values {
    const { kind, values } = this.entries.get(key) as Entry
    const at = (name: string) => values[name] ?? null
    switch (kind) {
      case 'soil':
        return { name: at('name'), richness: at('richness') ?? 0, hue: at('name') }
      case 'mark':
        return { name: at('name'), weight: at('weight') ?? 0, leaves: this.leavesOf(key).sort(), seen: this.#seen(key) }
      case 'tree':
        return {
          ...{ name: at('name'), age: at('age') ?? 0, soil_id: at('soil_id'), parent_id: at('parent_id') },
          ...{ origin_id: this.#origin(key), full_name: this.#fullName(key) },
          ...{ origin_name: this.#at(this.#origin(key))['name'], total: this.#treeTotal(key) },
          rank: `${this.#at(at('soil_id'))['name'] ?? ''}${this.#treeTotal(key) > 20 ? '+' : '-'}`,
        }
      case 'bough':
        return {
          ...{ name: at('name'), tree_id: at('tree_id'), factor: at('factor') },
          ...{ tree_name: at('tree_id') ? this.#fullName(at('tree_id') as Key) : null, total: this.#boughTotal(key) },
        }
      default:
        return {
          ...{ name: at('name'), size: at('size') ?? 0, bough_id: at('bough_id'), marks: this.#marks(key) },
          ...{ mark_ids: this.marksOf(key).sort(), value: this.#value(key), label: this.#label(key) },
        }
    }
  }

  #at(key: unknown): Values {
    return this.entries.get(key as Key)?.values ?? {}
  }

  #origin(tree: Key): Key {
    const parent = this.#at(tree)['parent_id']
    return parent ? this.#origin(parent as Key) : tree
  }

  #fullName(tree: Key): string {
    const { name, parent_id: parent } = this.#at(tree)
    return parent ? `${this.#fullName(parent as Key)}/${name}` : String(name)
  }

  #treeTotal(tree: Key): number {
    const { age, soil_id: soil } = this.#at(tree)
    const boughs = this.#children(tree, 'bough_ids').reduce((sum, bough) => sum + this.#boughTotal(bough), 0)
    return boughs + Number(age ?? 0) * (soil ? Number(this.#at(soil)['richness'] ?? 0) : 1)
  }

  #boughTotal(bough: Key): number {
    const factor = Number(this.#at(bough)['factor'] ?? 0)
    return this.#children(bough, 'leaf_ids').reduce((sum, leaf) => sum + this.#value(leaf) * factor, 0)
  }

  #marks(leaf: Key): number {
    return this.marksOf(leaf).reduce((sum, mark) => sum + Number(this.#at(mark)['weight'] ?? 0), 0)
  }

  #value(leaf: Key): number {
    const soil = this.#at(this.#at(this.#at(this.#at(leaf)['bough_id'])['tree_id'])['soil_id'])
    return Number(this.#at(leaf)['size'] ?? 0) + this.#marks(leaf) + Number(soil['richness'] ?? 0)
  }

  #label(leaf: Key): string {
    const bough = this.#at(this.#at(leaf)['bough_id'])
    const tree = bough['tree_id'] ? this.#fullName(bough['tree_id'] as Key) : null
    return [tree, bough['name'], this.#at(leaf)['name']].filter(Boolean).join('>')
  }

  #seen(mark: Key): number {
    return this.leavesOf(mark).reduce(
      (sum, leaf) => sum + Number(this.#at(this.#at(leaf)['bough_id'])['factor'] ?? 0),
      0,
    )
  }
}

/** `k12-rotten` → `k12`: names change, what they begin with does not. */
export function keyOf(name: unknown): Key {
  return String(name).split('-')[0] as Key
}
