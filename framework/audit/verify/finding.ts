/** What a verification can find, each with the entry that it is about. */

export type FindingKind =
  /** The entry's text does not have the hash beside it. */
  | 'altered'
  /** The entry says that it belongs elsewhere. */
  | 'moved'
  /** Text and hash fit each other, and the witness was shown another hash: both were rewritten. */
  | 'forged'
  /** There is no such entry, and there was one. */
  | 'missing'
  /** The columns by which entries are looked up do not say what the entry says. */
  | 'columns'
  /** An entry stands behind the end of the tree. */
  | 'beyond'
  /** A stored hash of a subtree is wrong or missing. */
  | 'node'
  /** A checkpoint does not fit the entries, or its signature does not hold. */
  | 'checkpoint'
  /** The witness's checkpoint does not fit the entries, or is not what it should be. */
  | 'witness'
  /** A personal part does not open though its key was not destroyed. */
  | 'personal'

export interface Finding {
  readonly kind: FindingKind
  /** The first entry that it is about. */
  readonly index: number
  /** Behind the last one. */
  readonly to: number
  readonly message: string
}

const changed: ReadonlySet<FindingKind> = new Set(['altered', 'moved', 'forged', 'missing', 'beyond'])
const MOST_FINDINGS = 1_000

/** Collects findings; adjoining ones of a kind and wording become one. */
export class Findings {
  readonly list: Finding[] = []
  /** Entries that are not what they were: roots and hashes above them have to be wrong, and are no finding of their own. */
  readonly indexes = new Set<number>()
  /** Found beyond those that are kept. */
  more = 0

  add(kind: FindingKind, index: number, to: number, message: string): void {
    if (changed.has(kind)) for (let i = index; i < to && i < index + MOST_FINDINGS; i++) this.indexes.add(i)
    const last = this.list.at(-1)
    if (last !== undefined && last.kind === kind && last.to === index && last.message === message)
      this.list[this.list.length - 1] = { ...last, to }
    else if (this.list.length < MOST_FINDINGS) this.list.push({ kind, index, to, message })
    else this.more++
  }

  /** Whether one of these entries is not what it was. */
  touch(from: number, to: number): boolean {
    for (const index of this.indexes) if (index >= from && index < to) return true
    return false
  }
}
