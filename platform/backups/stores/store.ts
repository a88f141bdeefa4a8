/** Where sealed objects lie: a small interface, so that a folder, an object store or another machine can stand behind it. */

/** Where a store is; a later placement spreads copies by it. */
export interface Site {
  readonly provider: string
  readonly dataCentre: string
  readonly continent: string
  /** Objects cannot be changed or removed for a time, not even by us. */
  readonly immutable: boolean
}

export interface StoredObject {
  readonly key: string
  readonly sizeBytes: number
}

/**
 * Objects are immutable and named by what they are (`<tenant id>/<SHA-256 of the sealed bytes>`), so that any store can
 * check them without a key.
 */
export interface Store {
  readonly name: string
  readonly site: Site
  /** Takes a file's content under a key; durable when it returns. Present already: nothing is changed. */
  putIfAbsent(key: string, file: string): Promise<'stored' | 'present'>
  /** The object's bytes, or a range of them (`end` exclusive). @throws MissingError ERR_STORE_OBJECT */
  get(key: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>
  /** All objects whose key begins so. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** @returns null when there is no such object. */
  head(key: string): Promise<StoredObject | null>
}
