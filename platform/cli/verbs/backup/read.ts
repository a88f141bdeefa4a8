/** `holdfast backup export|verify`. */

import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConflictError } from '../../../../framework/errors.ts'
import { exportBackup, getBackup, verifyBackup } from '../../../backups/index.ts'
import { argument, homeVerb, isSet, type VerbArgument } from '../../command/verb.ts'
import { count, moment, size } from '../../output/words.ts'
import { inWords } from './progress.ts'

const idArgument: VerbArgument = {
  name: 'ID',
  isRequired: true,
  doc: `id of the backup, as 'holdfast backup list' shows it`,
}

interface Exported {
  readonly id: string
  readonly tenant: string
  /** Absolute path. */
  readonly file: string
  readonly sizeBytes: number
  readonly sealed: boolean
}

/** Writes a backup to a file that opens without Holdfast. */
export const backupExport = homeVerb<Exported>({
  name: 'backup export',
  summary: 'Write a backup to a file that opens without Holdfast',
  details: `The file is a .tar.zst with the data of every table, the schema, the attachments and the SQL to load it with psql; see
docs/backup-format.md. It is not encrypted any more: keep it accordingly. With --sealed it is the object as it lies in
the store, which only this database's key opens.`,
  arguments: [idArgument, { name: 'FILE', isRequired: true, isPath: true, doc: 'file to write; must not exist' }],
  options: { sealed: { doc: 'leave it sealed with the database’s key' } },
  examples: ['holdfast backup export 6f1c… acme.tar.zst'],
  home: 'need',
  plan: async ({ home }, args) => {
    const { id, tenantName } = await getBackup(home, argument(args, 'ID'))
    const file = argument(args, 'FILE')
    if (await exists(file))
      throw new ConflictError('ERR_EXPORT_EXISTS', `There is a file ${file} already; choose another one.`)
    return [
      `write backup ${id} of ${tenantName} to ${file}${isSet(args, 'sealed') ? ', sealed' : ', readable by anybody who gets the file'}`,
    ]
  },
  run: async ({ home }, args, report) => {
    const file = argument(args, 'FILE')
    const isSealed = isSet(args, 'sealed')
    await access(dirname(file), constants.W_OK)
    const { id, tenantName } = await exportBackup(home, argument(args, 'ID'), file, {
      sealed: isSealed,
      progress: inWords(report),
    })
    return { id, tenant: tenantName, file, sizeBytes: (await stat(file)).size, sealed: isSealed }
  },
  print: ({ tenant, file, sizeBytes, sealed }, { green, bold, dim }) =>
    `${green('✓')} The backup of ${bold(tenant)} is in ${file} (${size(sizeBytes)}).${sealed ? '' : `\n  ${dim('It is not encrypted: whoever has the file has the data.')}`}`,
})

interface Verified {
  readonly id: string
  readonly tenant: string
  readonly state: 'verified'
  readonly takenAt: string
  readonly tables: number
  readonly rows: number
  readonly files: number
}

/** Reads a backup from its first to its last byte. */
export const backupVerify = homeVerb<Verified>({
  name: 'backup verify',
  summary: 'Read a backup whole and check every byte of it',
  arguments: [idArgument],
  options: {},
  home: 'need',
  run: async ({ home }, args, report) => {
    await verifyBackup(home, argument(args, 'ID'), { progress: inWords(report) })
    const { id, tenantName, takenAt, tables, rows, files } = await getBackup(home, argument(args, 'ID'))
    return { id, tenant: tenantName, state: 'verified', takenAt, tables, rows, files }
  },
  print: ({ tenant, takenAt, tables, rows, files }, { green, bold }) =>
    `${green('✓')} The backup of ${bold(tenant)} of ${moment(takenAt)} is whole: ${count(tables, 'table')}, ${count(rows, 'row')}, ${count(files, 'file')}.`,
})

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
