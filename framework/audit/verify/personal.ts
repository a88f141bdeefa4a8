/** Checks that what was sealed still opens, unless the key was destroyed on purpose. */

import type { Queryable } from '../../sql/index.ts'
import { keysIn, openParts, parseLeaf } from '../entry/leaf.ts'
import { type KeyVault, readKeys } from '../entry/vault.ts'
import { leafHash } from '../tree/hash.ts'
import type { EntryRow } from './entries.ts'
import type { Findings } from './finding.ts'

/** Looks at entries that are otherwise in order. */
export async function checkPersonal(
  db: Queryable,
  vault: KeyVault,
  log: string,
  rows: readonly EntryRow[],
  found: Findings,
): Promise<void> {
  const leaves = rows
    .filter(({ id, entry, hash }) => !found.indexes.has(id - 1) && leafHash(entry).equals(hash))
    .map(({ entry }) => parseLeaf(entry))
    .filter(({ personal }) => personal !== undefined)
  const keys = await readKeys(db, vault, log, keysIn(leaves))
  for (const leaf of leaves)
    if (openParts(leaf, keys).some(({ state }) => state === 'refused'))
      found.add(
        'personal',
        leaf.index,
        leaf.index + 1,
        'a personal part does not open: its key was removed or replaced',
      )
}
