/** `holdfast audit verify`. */

import type { Finding } from '../../../../framework/audit/index.ts'
import { homeVerb } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { plain, type Terminal } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'

interface Verified {
  readonly tenant: string
  readonly origin: string
  /** Entries of the tree. */
  readonly size: number
  /** Root of the tree, base64. */
  readonly root: string
  readonly checkpoints: number
  /** Entries that the witness has seen. */
  readonly witnessed: number
  /** The log's and the witness's public keys, as signed notes name them. */
  readonly key: string
  readonly witnessKey: string | null
  /** `index` is the first entry, `to` the one behind the last. */
  readonly findings: readonly Finding[]
  /** Findings beyond those that are listed. */
  readonly more: number
  readonly isClean: boolean
}

/** Verifies every entry, hash and checkpoint of audit logs, against what the witness holds. */
export const auditVerify = homeVerb<Verified[]>({
  name: 'audit verify',
  summary: 'Verify the audit log of a database, entry by entry, against the witness',
  details: `Reads every entry, computes the tree anew, compares it with the stored hashes, with the signed checkpoints and with
what the witness has seen, and tries whether personal parts still open. Ends with 1 when anything is found, and names
the number of each entry. docs/audit-log.md tells how to do the same without Holdfast.`,
  arguments: [{ name: 'NAME', isRequired: false, doc: 'name of the database (default: all that are in service)' }],
  options: {},
  examples: ['holdfast audit verify acme --json'],
  home: 'need',
  run: async (hosting, args, report) => {
    const name = args.arguments['NAME']
    const names = name === undefined ? inService(hosting) : [recordOf(hosting.home, name).name]
    const all: Verified[] = []
    for (const one of names) {
      const log = await hosting.audit.open(one)
      const { size, root, checkpoints, witnessed, origin, verifierKey, witnessKey, findings, more } = await log.verify(
        (done, total) => report.progress(`verifying the audit log of ${one}`, done, total),
      )
      all.push({
        tenant: one,
        origin,
        size,
        root: root.toString('base64'),
        checkpoints,
        witnessed,
        key: verifierKey,
        witnessKey,
        findings,
        more,
        isClean: findings.length === 0,
      })
    }
    return all
  },
  print: (all, terminal) => all.map((one) => printOne(one, terminal)).join('\n\n'),
  exit: (all) => (all.every(({ isClean }) => isClean) ? 'ok' : 'failed'),
})

function inService({ home }: Hosting): string[] {
  return home.tenants
    .list()
    .filter(({ state }) => state === 'active')
    .map(({ name }) => name)
}

const MOST_SHOWN = 30

function printOne(verified: Verified, { green, red, yellow, bold, dim }: Terminal): string {
  const { tenant, size, checkpoints, witnessed, witnessKey, findings, more, isClean } = verified
  const what = `${count(size, 'entry', 'entries')}, ${count(checkpoints, 'checkpoint')}`
  const lines = [
    isClean
      ? `${green('✓')} The audit log of ${bold(tenant)} is what it was: ${what}.`
      : `${red('✗')} The audit log of ${bold(tenant)} was tampered with: ${count(findings.length + more, 'finding')} (${what}).`,
  ]
  if (witnessKey === null)
    lines.push(`  ${yellow('!')} The witness did not answer: a log that was rolled back whole could not be told.`)
  else if (witnessed < size) lines.push(dim(`  The witness has seen ${witnessed} of them so far.`))
  for (const { index, to, message } of findings.slice(0, MOST_SHOWN))
    lines.push(`  ${red(to === index + 1 ? `entry ${index}` : `entries ${index} to ${to - 1}`)}: ${plain(message)}`)
  const rest = findings.length - MOST_SHOWN + more
  if (rest > 0) lines.push(dim(`  … and ${rest} more ('--json' lists a thousand)`))
  return lines.join('\n')
}
