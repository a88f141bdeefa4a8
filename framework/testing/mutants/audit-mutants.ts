/** Clauses that keep the audit log, each with what the code would be without it. A test must turn red for each of them. */

export interface AuditMutant {
  readonly name: string
  /** From the root of the project. */
  readonly file: string
  readonly clause: string
  readonly instead: string
  /** The test file that has to notice, from `platform/audit/`. */
  readonly test: string
}

const of =
  (file: string, test: string) =>
  (name: string, clause: string, instead = ''): AuditMutant => ({ name, file, clause, instead, test })
const judge = of('platform/audit/witness/judge.ts', 'witness/judge.test.ts')
const entries = of('framework/audit/verify/entries.ts', 'attacks.test.ts')
const log = of('framework/audit/verify/verify-log.ts', 'attacks.test.ts')
const sealer = of('framework/audit/sealer.ts', 'sealer.test.ts')
const proofs = of('framework/audit/tree/verify-proofs.ts', '../../framework/audit/tree/tree.test.ts')

export const auditMutants: readonly AuditMutant[] = [
  judge('witness takes any name', "if (verifier.name !== offered.origin) return refuse('key')"),
  judge('witness takes any key', "if (known !== null && known.verifierKey !== verifierKey) return refuse('key')"),
  judge('witness looks at no signature', "if (!verifier.hasSigned(offered.note)) return refuse('signature')"),
  judge('witness takes a shorter log', "if (offered.size < held.size) return refuse('rollback')"),
  judge('witness takes proofs from anywhere', "if (older !== held.size) return refuse('stale')"),
  judge(
    'witness looks at no proof',
    "if (!isConsistent(held.size, held.root, offered.size, offered.root, path)) return refuse('fork')",
  ),
  judge(
    'witness counts no hashes',
    "if (bytes.length !== (offered.size - held.size) * HASH_BYTES) return refuse('malformed')",
  ),
  judge('witness adds no hashes up', "if (!fold(tree.hashes).equals(offered.root)) return refuse('fork')"),
  proofs(
    'an inclusion proof may be too short',
    'return sn === 0 && Buffer.compare(hash, root) === 0',
    'return Buffer.compare(hash, root) === 0 || sn !== 0',
  ),
  proofs('an older root is not looked at', 'Buffer.compare(fr, olderRoot) === 0 && ', ''),
  proofs('a newer root is not looked at', ' && Buffer.compare(sr, root) === 0', ''),
  entries('no entry is hashed', 'if (!hash.equals(row.hash)) return', 'if (false) return'),
  entries('the witness is not compared', 'if (seen !== null && !seen.equals(hash))', 'if (false)'),
  entries('places are not compared', '(leaf.index !== index || leaf.log !== log)', 'false'),
  entries('columns are not compared', 'if (!hasSameColumns(row, leaf))', 'if (false)'),
  log('nodes are not compared', '?.equals(hash) === true || found.touch(from, to)) continue', ' !== null) continue'),
  log('checkpoints need no signature', ' &&\n      options.verifier.hasSigned(parsed.note)', ''),
  log('roots are not compared', 'if (!fold(grown.hashes).equals(head.root)', 'if (false'),
  log('what stands behind the end is passed over', 'if (index >= log.size) {', 'if (false) {'),
  log(
    'a log is as long as it says',
    'Math.max(log.size, known.length / HASH_BYTES, ...heads.map(({ size }) => size))',
    'log.size',
  ),
  log('personal parts are not tried', 'if (options.vault !== null) await', 'if (false) await'),
  sealer('sealers take turns no more', 'FROM hf_audit_log FOR UPDATE', 'FROM hf_audit_log'),
]
