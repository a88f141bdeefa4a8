/** Whose turn it is: tenants one after the other, each with its own line, so that the length of one is no matter to others. */

export interface FairQueue<T> {
  /** @returns whether there was room */
  add(tenant: string, item: T): boolean
  /** Takes the next item of a tenant that `may` have a turn. */
  take(may: (tenant: string) => boolean): { readonly tenant: string; readonly item: T } | undefined
  remove(tenant: string, item: T): void
  readonly size: number
}

/**
 * @param each how many may wait per tenant
 * @param all how many may wait
 */
export function fairQueue<T>(each: number, all: number): FairQueue<T> {
  // A Map keeps its order: whoever had a turn goes to the end.
  const lines = new Map<string, T[]>()
  let size = 0
  return {
    get size() {
      return size
    },
    add(tenant, item) {
      const line = lines.get(tenant) ?? []
      if (line.length >= each || size >= all) return false
      line.push(item)
      lines.set(tenant, line)
      size++
      return true
    },
    take(may) {
      for (const [tenant, line] of lines) {
        if (!may(tenant)) continue
        const item = line.shift() as T
        lines.delete(tenant)
        if (line.length > 0) lines.set(tenant, line)
        size--
        return { tenant, item }
      }
      return undefined
    },
    remove(tenant, item) {
      const line = lines.get(tenant)
      const at = line?.indexOf(item) ?? -1
      if (line === undefined || at < 0) return
      line.splice(at, 1)
      size--
      if (line.length === 0) lines.delete(tenant)
    },
  }
}
