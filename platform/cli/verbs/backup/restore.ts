/** `holdfast restore`, `holdfast tenant undo-restore`, `holdfast backup import`. */

import { ConflictError, UserError } from '../../../../framework/errors.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { getBackup, importArchive, restoreBackup, type RestoredBackup, undoRestore } from '../../../backups/index.ts'
import { argument, homeVerb, isSet, option, type VerbArgs } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { facts } from '../../output/table.ts'
import type { Terminal } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { checkReadableFile } from '../readable-file.ts'
import { checkFree, recordOf } from '../tenant/change.ts'
import { inWords } from './progress.ts'

interface Restored {
  readonly name: string
  readonly url: string
  readonly db: string
  /** Id of the backup that was brought back; null for an imported file. */
  readonly backup: string | null
  /** Id of the backup that was taken of the live database before it was replaced. */
  readonly safetyBackup: string | null
  readonly tables: number
  readonly rows: number
  readonly files: number
  /** Tables that were changed so that the copy sends, fetches and calls nothing. */
  readonly neutralised: readonly string[]
}

type Target = { readonly as: string } | { readonly over: string }

/** Brings a backup back, beside or over the live database. */
export const restore = homeVerb<Restored>({
  name: 'restore',
  summary: 'Bring a backup back: beside as a new database, or over the live one',
  details: `Beside (--as): a database of its own that sends no mail and runs no jobs, unless --live is given. Over (--over): a
safety backup is taken first, and for 7 days 'holdfast tenant undo-restore NAME' puts back what was replaced.
The backup is checked to its last byte before anything is changed.`,
  arguments: [{ name: 'ID', isRequired: true, doc: `id of the backup, as 'holdfast backup list' shows it` }],
  options: {
    as: { value: 'NAME', doc: 'name of the new database' },
    over: { value: 'NAME', doc: 'name of the live database that it replaces' },
    yes: { doc: 'needed with --over: the live database is replaced' },
    live: { doc: 'with --as: the copy may send mail, run jobs and call others' },
  },
  examples: ['holdfast restore 6f1c… --as acme-copy', 'holdfast restore 6f1c… --over acme --yes'],
  home: 'need',
  plan: async ({ home, urlOf }, args) => {
    const backup = await getBackup(home, argument(args, 'ID'))
    const target = targetOf(args)
    if ('as' in target) {
      checkFree(home, target.as)
      return [
        `check backup ${backup.id} of ${backup.tenantName}`,
        `make the database ${target.as} of it at ${urlOf(target.as)}`,
      ]
    }
    if (recordOf(home, target.over).id !== backup.tenantId)
      throw new ConflictError(
        'ERR_RESTORE_FOREIGN',
        'The backup is of another database; restore it beside under a new name.',
      )
    return [
      `check backup ${backup.id} of ${backup.tenantName}`,
      `take a safety backup of ${target.over}`,
      `replace ${target.over}; keep what was live for 7 days`,
    ]
  },
  run: async (hosting, args, report) => {
    const target = targetOf(args)
    const id = argument(args, 'ID')
    if ('over' in target && !isSet(args, 'yes')) {
      throw new UserError(
        'ERR_NOT_CONFIRMED',
        `Nothing was restored: it would replace the live database ${target.over}. If you mean it, add --yes; or restore beside it with --as NAME.`,
      )
    }
    if ('over' in target) recordOf(hosting.home, target.over)
    else checkFree(hosting.home, target.as)
    const options = { progress: inWords(report), ...(isSet(args, 'live') ? { neutralise: false } : {}) }
    return restoredOf(hosting, await restoreBackup(hosting.home, id, target, options), id)
  },
  print: printRestored,
})

/** Puts back what the last restore over replaced. */
export const tenantUndoRestore = homeVerb<{ readonly name: string; readonly url: string }>({
  name: 'tenant undo-restore',
  summary: 'Put back what the last restore over a database replaced',
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {},
  home: 'need',
  plan: async ({ home }, args) => [
    `put back what the last restore over ${recordOf(home, argument(args, 'NAME')).name} replaced`,
  ],
  run: async (hosting, args) => {
    const name = argument(args, 'NAME')
    recordOf(hosting.home, name)
    await undoRestore(hosting.home, name)
    return { name, url: hosting.urlOf(name) }
  },
  print: ({ name }, { green, bold }) => `${green('✓')} ${bold(name)} is again what it was before the restore.`,
})

/** Makes a database from an exported backup, of this or another Holdfast. */
export const backupImport = homeVerb<Restored>({
  name: 'backup import',
  summary: 'Make a database from an exported backup file',
  details: `The file may come from anywhere: it is read whole and checked first, and no SQL in it is ever run.`,
  arguments: [{ name: 'FILE', isRequired: true, isPath: true, doc: 'an exported backup (.tar.zst)' }],
  options: {
    as: { value: 'NAME', isRequired: true, doc: 'name of the new database' },
    live: { doc: 'it may send mail, run jobs and call others' },
  },
  home: 'make',
  plan: async ({ home, urlOf }, args) => {
    const name = option(args, 'as') ?? ''
    checkFree(home, name)
    await checkReadableFile(argument(args, 'FILE'))
    return [`check ${argument(args, 'FILE')} to its last byte`, `make the database ${name} of it at ${urlOf(name)}`]
  },
  run: async (hosting, args, report) => {
    const name = option(args, 'as') ?? ''
    checkFree(hosting.home, name)
    await checkReadableFile(argument(args, 'FILE'))
    const options = { progress: inWords(report), ...(isSet(args, 'live') ? { neutralise: false } : {}) }
    return restoredOf(hosting, await importArchive(hosting.home, argument(args, 'FILE'), name, options), null)
  },
  print: printRestored,
})

function targetOf(args: VerbArgs): Target {
  const [as, over] = [option(args, 'as'), option(args, 'over')]
  if (as !== undefined && over === undefined) return { as }
  if (over !== undefined && as === undefined) {
    // The live database acts outwards as before, whether asked or not.
    if (isSet(args, 'live')) throw new UsageError(`'--live' goes with --as NAME only.`)
    return { over }
  }
  throw new UsageError(
    `Say where to: either --as NAME (a new database) or --over NAME (the live one).`,
    `Usage: holdfast restore ID --as NAME | --over NAME --yes`,
  )
}

function restoredOf(
  hosting: Hosting,
  { tenant, safety, report, neutralised }: RestoredBackup,
  backup: string | null,
): Restored {
  const { tables, files } = report.facts
  return {
    name: tenant.name,
    url: hosting.urlOf(tenant.name),
    db: tenant.name,
    backup,
    safetyBackup: safety?.id ?? null,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    files,
    neutralised,
  }
}

function printRestored({ name, url, safetyBackup, tables, rows, files }: Restored, terminal: Terminal): string {
  const rest = [
    ['Address', url],
    [
      'Content',
      `${count(tables, 'table')}, ${count(rows, 'row')}, ${count(files, 'file')}; all compared with the backup`,
    ],
    ...(safetyBackup === null ? [] : [['Before that', `safety backup ${safetyBackup}`] as const]),
  ] as const
  const undo =
    safetyBackup === null ? [] : ['', `For 7 days 'holdfast tenant undo-restore ${name}' puts back what was replaced.`]
  return [`${terminal.green('✓')} ${terminal.bold(name)} is restored.`, '', facts(rest, terminal), ...undo].join('\n')
}
