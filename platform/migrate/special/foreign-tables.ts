/** Tables that have no model here: every row is kept aside. */

import type { SourceTable } from '../dump/dump.ts'
import { TableTally } from '../report/import-report.ts'
import type { ImportRun } from '../load/run.ts'
import { rowAsJson } from '../load/aside.ts'

/** Secrets that open the old system (or prove a person to it); they do not move, and the report names them. */
const withheld: Readonly<Record<string, readonly string[]>> = {
  res_users_apikeys: ['key', 'index'],
  auth_totp_device: ['key', 'index'],
  auth_totp_wizard: ['secret', 'url', 'qrcode'],
  auth_passkey_key: ['credential_identifier', 'public_key'],
  change_password_user: ['new_passwd'],
  change_password_own: ['new_password', 'confirm_password'],
  ir_mail_server: ['smtp_pass', 'smtp_ssl_private_key'],
  fetchmail_server: ['password'],
}

// Keys of ir_config_parameter that sign sessions and links of the old system.
const secretParameters: ReadonlySet<string> = new Set(['database.secret'])

/** Keeps all rows of a table aside. */
export async function keepTableAside(run: ImportRun, table: SourceTable): Promise<void> {
  const tally = new TableTally(table.name, null)
  run.tallies.set(table.name, tally)
  const hidden = new Set(withheld[table.name] ?? [])
  const idIndex = table.columns.findIndex((c) => c.name === 'id')
  const keyIndex = table.name === 'ir_config_parameter' ? table.columns.findIndex((c) => c.name === 'key') : -1
  for await (const row of table.rows()) {
    tally.read++
    tally.addAside('no such model here')
    const without = secretParameters.has(row[keyIndex] ?? '') ? new Set([...hidden, 'value']) : hidden
    table.columns.forEach(({ name }, i) => {
      if (without.has(name) && row[i] !== null) tally.withheld.set(name, (tally.withheld.get(name) ?? 0) + 1)
    })
    const id = Number(row[idIndex])
    await run.aside.keep(
      table.name,
      idIndex >= 0 && Number.isSafeInteger(id) ? id : null,
      'row',
      'no such model here',
      rowAsJson(table.columns, row, without),
    )
  }
}
