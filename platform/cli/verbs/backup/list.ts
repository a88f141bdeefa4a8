/** `holdfast backup list`. */

import { type BackupRecord, listBackups } from '../../../backups/index.ts'
import { homeVerb } from '../../command/verb.ts'
import { table } from '../../output/table.ts'
import { plain } from '../../output/terminal.ts'
import { ago, moment, size } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'

/** Shows the backups of a database, or all. */
export const backupList = homeVerb<BackupRecord[]>({
  name: 'backup list',
  summary: 'Show the backups of a database, newest first',
  arguments: [{ name: 'NAME', isRequired: false, doc: 'name of the database (default: all)' }],
  options: {},
  home: 'need',
  run: ({ home }, args) => {
    const name = args.arguments['NAME']
    if (name !== undefined) recordOf(home, name)
    return listBackups(home, name)
  },
  print: (backups, terminal) => {
    if (backups.length === 0) return `There are no backups yet. 'holdfast backup create NAME' takes one.`
    return table(
      backups,
      [
        { title: 'BACKUP', cell: ({ id }) => id },
        { title: 'DATABASE', cell: ({ tenantName }) => plain(tenantName), paint: (text) => terminal.bold(text) },
        { title: 'MOMENT', cell: ({ takenAt }) => moment(takenAt) },
        { title: 'AGE', cell: ({ takenAt }) => ago(takenAt) },
        { title: 'SIZE', isNumber: true, cell: ({ sizeBytes }) => size(sizeBytes) },
        { title: 'REASON', cell: ({ reason }) => reason },
        {
          title: 'STATE',
          cell: ({ state, fault }) => (fault === null ? state : `${state}: ${fault}`),
          paint: (text, { state }) => (state === 'damaged' ? terminal.red(text) : text),
        },
      ],
      terminal,
    )
  },
})
