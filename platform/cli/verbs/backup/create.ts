/** `holdfast backup create`. */

import { createBackup, type CreatedBackup } from '../../../backups/index.ts'
import { argument, homeVerb } from '../../command/verb.ts'
import { facts } from '../../output/table.ts'
import { count, moment, size } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'
import { inWords } from './progress.ts'

/** Backs a database up while people go on working. */
export const backupCreate = homeVerb<CreatedBackup>({
  name: 'backup create',
  summary: 'Back up a database and its files while people go on working',
  details: `The backup is one consistent moment of rows and attachments, compressed and sealed with the database's own key. When
the command returns, it has been read back from the store.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {},
  home: 'need',
  plan: async ({ home }, args) => [
    `back up ${recordOf(home, argument(args, 'NAME')).name}, seal it with its key, read it back`,
  ],
  run: ({ home }, args, report) => {
    const name = argument(args, 'NAME')
    recordOf(home, name)
    return createBackup(home, name, { reason: 'manual', progress: inWords(report) })
  },
  print: (backup, terminal) => {
    const lines = [
      `${terminal.green('✓')} ${terminal.bold(backup.tenantName)} is backed up.`,
      '',
      facts(
        [
          ['Backup', backup.id],
          ['Moment', moment(backup.takenAt)],
          ['Content', `${count(backup.tables, 'table')}, ${count(backup.rows, 'row')}, ${count(backup.files, 'file')}`],
          ['Size', `${size(backup.sizeBytes)}, sealed (${size(backup.contentBytes)} of content)`],
        ],
        terminal,
      ),
    ]
    if (backup.missing.length > 0)
      lines.push(
        '',
        `${terminal.yellow('!')} ${count(backup.missing.length, 'file')} could not be read and ${backup.missing.length === 1 ? 'is' : 'are'} not in it.`,
      )
    return lines.join('\n')
  },
})
