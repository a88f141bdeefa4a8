/** What `up` says when it is ready. */

import { facts } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

/** The line that `up --json` prints; a contract with scripts. */
export interface Ready {
  readonly ready: true
  readonly url: string
  readonly httpUrl: string | null
  /** Path of the certificate authority's certificate. */
  readonly ca: string
  readonly tenants: readonly { readonly name: string; readonly url: string }[]
  readonly loginLink: string | null
}

export interface ReadyDetails {
  readonly isFirstStart: boolean
  readonly home: string
  readonly log: string
  readonly postgres: string
  readonly tookMs: number
}

const mostTenants = 12

/** The same for people. */
export function printReady(ready: Ready, details: ReadyDetails, terminal: Terminal): string {
  const { bold, dim, green } = terminal
  const shown = ready.tenants.slice(0, mostTenants)
  const addresses =
    shown.length === 0
      ? [`  ${dim(`no databases yet; 'holdfast tenant create NAME --apps sales --demo' makes one`)}`]
      : columns(shown.map(({ name, url }) => [bold(name), name.length, url] as const))
  if (ready.tenants.length > shown.length)
    addresses.push(dim(`  … and ${ready.tenants.length - shown.length} more ('holdfast tenant list')`))
  return [
    '',
    `  ${green('●')} ${bold('Holdfast is ready')} ${dim(`(PostgreSQL ${details.postgres}, ${(details.tookMs / 1000).toFixed(1)} s)`)}`,
    '',
    ...addresses,
    '',
    ...loginLines(ready, terminal),
    ...trustLines(ready, details, terminal),
    indent(
      facts(
        [
          ['Data', details.home],
          ['Log', details.log],
          ...(ready.httpUrl === null ? [] : [['Plain HTTP', `${ready.httpUrl} (this machine only)`] as const]),
          ['Stop', 'Ctrl-C'],
        ],
        terminal,
      ),
    ),
    '',
  ].join('\n')
}

function loginLines({ loginLink, tenants }: Ready, { bold, dim }: Terminal): string[] {
  if (loginLink !== null)
    return [
      `  ${bold('First login')} ${dim('(works once, for 24 hours; whoever opens it chooses the password of admin)')}`,
      `  ${loginLink}`,
      '',
    ]
  const [first] = tenants
  if (first === undefined) return []
  return [dim(`  A new password for somebody: holdfast user reset-password LOGIN --tenant ${first.name}`), '']
}

// Only the first time: later the person has done it, or has decided not to.
function trustLines({ ca }: Ready, { isFirstStart }: ReadyDetails, { bold, dim }: Terminal): string[] {
  if (!isFirstStart) return [`  ${dim('Certificate authority')}  ${ca}`, '']
  return [
    `  ${bold('Certificate')} ${dim('(made on this machine; your browser warns until you trust it)')}`,
    `  ${ca}`,
    ...columns([
      [
        dim('Debian, Ubuntu'),
        14,
        `sudo cp ${ca} /usr/local/share/ca-certificates/holdfast.crt && sudo update-ca-certificates`,
      ],
      [dim('macOS'), 5, `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${ca}`],
      [dim('Firefox'), 7, 'Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import'],
      [dim('curl'), 4, `curl --cacert ${ca} …`],
    ]),
    '',
  ]
}

/** @param rows painted word, its bare length, the rest */
function columns(rows: readonly (readonly [string, number, string])[]): string[] {
  const width = Math.max(...rows.map(([, length]) => length))
  return rows.map(([word, length, rest]) => `  ${word}${' '.repeat(width - length)}  ${rest}`)
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
