/** Behaviour that models share about the name of a copy. */

import type { RecordSet } from '#framework'

type AnyRecordSet = typeof RecordSet<string>

/** For `behaviour()`: a copy is called "… (copy)" unless the caller names it; for models whose `name` tells records apart. */
export function copiesName(Base: AnyRecordSet): AnyRecordSet {
  return class extends Base {
    override async copy(overrides: Readonly<Record<string, unknown>> | null = null): Promise<this> {
      if (overrides && 'name' in overrides) return super.copy(overrides)
      await this.check_access('read')
      const copies: number[] = []
      for (const { id, name } of await this.load('name')) {
        const copied = await this.browse([id]).copy({ ...overrides, name: `${String(name ?? '')} (copy)` })
        copies.push(...copied.ids)
      }
      return this.browse(copies)
    }
  }
}
