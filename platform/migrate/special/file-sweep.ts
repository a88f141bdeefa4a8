/** Takes files back that a failed import has stored. */

import type { Tenant } from '../../../framework/access/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import type { FileStore } from '../../../framework/orm/index.ts'

interface SweepableStore extends FileStore {
  list(): AsyncIterable<string>
  remove(hash: string): Promise<void>
}

/** Remembers which files a tenant had, so that the others can go. */
export class FileSweep {
  readonly #tenant: Tenant
  readonly #store: SweepableStore | null
  readonly #before: ReadonlySet<string>
  readonly #added = new Set<string>()

  private constructor(tenant: Tenant, store: SweepableStore | null, before: ReadonlySet<string>) {
    this.#tenant = tenant
    this.#store = store
    this.#before = before
  }

  static async begin(tenant: Tenant): Promise<FileSweep> {
    const store = isSweepable(tenant.files) ? tenant.files : null
    const before = new Set<string>()
    if (store) for await (const name of store.list()) before.add(name)
    return new FileSweep(tenant, store, before)
  }

  /** Notes a file that this import stored. */
  note(hash: string): void {
    this.#added.add(hash)
  }

  /** Removes what this import added, unless an attachment refers to it by now (people go on working during an import). */
  async undo(): Promise<void> {
    if (!this.#store) return
    const used = new Set(
      (
        await this.#tenant.pool.query<{ name: string }>(
          sql`SELECT DISTINCT store_fname AS name FROM ir_attachment WHERE store_fname IS NOT NULL`,
        )
      ).map((r) => r.name),
    )
    for (const name of this.#added) if (!this.#before.has(name) && !used.has(name)) await this.#store.remove(name)
  }
}

function isSweepable(store: FileStore): store is SweepableStore {
  return 'list' in store && 'remove' in store
}
