/** What the verbs that change a database's applications have in common. */

import type { SchemaReport } from '../../../../framework/modules/index.ts'
import { createBackup } from '../../../backups/index.ts'
import type { Report, VerbArgs } from '../../command/verb.ts'
import { argument } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import type { Terminal } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { inWords } from '../backup/progress.ts'

/** A database after its applications changed. */
export interface Brought {
  readonly name: string
  /** Applications that are installed now. */
  readonly apps: readonly string[]
  /** Statements that changed the schema; 0 when it was up to date. */
  readonly changes: number
  /** What was done, in words. */
  readonly done: readonly string[]
  /** Id of the backup that was taken before; null when there was nothing to do. */
  readonly safetyBackup: string | null
}

/** Names with commas between them, as they stand on the command line. */
export function appsOf(args: VerbArgs): string[] {
  return argument(args, 'APPS')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Takes the safety backup, then changes. */
export async function afterBackup(
  { home, tenants }: Hosting,
  name: string,
  report: Report,
  step: string,
  change: () => Promise<SchemaReport>,
): Promise<Brought> {
  const { id } = await createBackup(home, name, { reason: 'safety', progress: inWords(report) })
  report.progress(step)
  const { changes, words } = await change()
  return { name, apps: (await tenants.open(name)).registry.apps, changes, done: words, safetyBackup: id }
}

/** The answer of a database for which there was nothing to do. */
export function upToDate(name: string, apps: readonly string[]): Brought {
  return { name, apps, changes: 0, done: [], safetyBackup: null }
}

export function printBrought({ name, apps, changes, done, safetyBackup }: Brought, { green, bold }: Terminal): string {
  if (safetyBackup === null) return `${green('✓')} ${bold(name)} is up to date.`
  return [
    `${green('✓')} ${bold(name)} has ${apps.join(', ')} (${count(changes, 'change')} of the schema).`,
    ...done.map((words) => `  ${words}`),
    `  Safety backup: ${safetyBackup}`,
  ].join('\n')
}
