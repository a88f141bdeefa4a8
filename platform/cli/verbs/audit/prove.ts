/** `holdfast audit proof|checkpoint`: what somebody needs to verify alone. */

import { inclusionProof, readEntry } from '../../../../framework/audit/index.ts'
import { MissingError } from '../../../../framework/errors.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { argument, homeVerb } from '../../command/verb.ts'
import { plain } from '../../output/terminal.ts'
import { recordOf } from '../tenant/change.ts'

interface Proven {
  readonly tenant: string
  readonly index: number
  /** What was hashed, byte by byte. */
  readonly entry: string
  /** Hashes from the entry's neighbour up to below the root, base64. */
  readonly proof: readonly string[]
  /** The signed checkpoint in whose tree the entry is proven. */
  readonly checkpoint: string
  readonly key: string
  readonly witnessKey: string | null
}

/** Proves that an entry is in the log. */
export const auditProof = homeVerb<Proven>({
  name: 'audit proof',
  summary: 'Prove that an entry is in the audit log of a database',
  details: `Gives the entry as it was hashed, the hashes of the RFC 6962 audit path, and the signed checkpoint that they lead to.
docs/audit-log.md tells how to check them without Holdfast.`,
  arguments: [
    { name: 'NAME', isRequired: true, doc: 'name of the database' },
    { name: 'INDEX', isRequired: true, doc: 'number of the entry' },
  ],
  options: {},
  home: 'need',
  run: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    const index = indexOf(argument(args, 'INDEX'))
    const log = await hosting.audit.open(name)
    const { text } = await readEntry(log.pool, null, index)
    const { size, note } = await hosting.audit.checkpoint(name)
    if (index >= size) throw new MissingError('ERR_AUDIT_INDEX', 'The audit log has no entry of that number.')
    return {
      tenant: name,
      index,
      entry: text,
      proof: (await inclusionProof(log.pool, index, size)).map((hash) => hash.toString('base64')),
      checkpoint: note,
      key: log.verifierKey,
      witnessKey: await witnessKeyOf(hosting.audit.witness.who()),
    }
  },
  print: ({ index, entry, proof, checkpoint, key, witnessKey }, { bold }) =>
    [
      bold(`Entry ${index}`),
      plain(entry),
      '',
      bold('Audit path'),
      ...(proof.length === 0 ? ['(empty: the entry is the whole log)'] : proof),
      '',
      bold('Checkpoint'),
      checkpoint.trimEnd(),
      '',
      bold('Keys'),
      key,
      ...(witnessKey === null ? [] : [witnessKey]),
    ].join('\n'),
})

interface Signed {
  readonly tenant: string
  readonly origin: string
  readonly size: number
  readonly checkpoint: string
  /** `cosigned`, `refused`, or `absent` when the witness does not answer. */
  readonly witness: 'cosigned' | 'refused' | 'absent'
  /** Why it refused. */
  readonly reason: string | null
  readonly key: string
  readonly witnessKey: string | null
}

/** Signs the log as it is now. */
export const auditCheckpoint = homeVerb<Signed>({
  name: 'audit checkpoint',
  summary: 'Sign the audit log of a database as it is now, and show the checkpoint',
  details: `A checkpoint that lies somewhere else is what nobody here can take back: keep them. Ends with 1 when the witness
refuses, for then the log is not what it was.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {},
  home: 'need',
  run: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    const { verifierKey } = await hosting.audit.open(name)
    const { origin, size, note, witness } = await hosting.audit.checkpoint(name)
    return {
      tenant: name,
      origin,
      size,
      checkpoint: note,
      witness: witness.state,
      reason: witness.state === 'refused' ? witness.reason : null,
      key: verifierKey,
      witnessKey: await witnessKeyOf(hosting.audit.witness.who()),
    }
  },
  print: ({ tenant, checkpoint, witness, reason, key, witnessKey }, { red, yellow, dim }) =>
    [
      checkpoint.trimEnd(),
      '',
      ...(witness === 'refused'
        ? [red(`✗ The witness refuses it (${reason}): run 'holdfast audit verify ${tenant}'.`), '']
        : []),
      ...(witness === 'absent' ? [yellow('! The witness does not answer; only the log itself has signed.'), ''] : []),
      dim(`Key of the log      ${key}`),
      ...(witnessKey === null ? [] : [dim(`Key of the witness  ${witnessKey}`)]),
    ].join('\n'),
  exit: ({ witness }) => (witness === 'refused' ? 'failed' : 'ok'),
})

async function witnessKeyOf(identity: Promise<{ readonly verifierKey: string }>): Promise<string | null> {
  // One that does not answer has been told of already, with the checkpoint.
  return identity.then(({ verifierKey }) => verifierKey).catch(() => null)
}

function indexOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`'${plain(text)}' is no number of an entry; they begin with 0.`)
  return Number(text)
}
