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

const orm = '../../framework/orm/audit/'
const auth = '../../framework/auth/events.test.ts'
const changes = of('framework/orm/audit/changes.ts', `${orm}changes.test.ts`)
const history = of('framework/orm/audit/history.ts', `${orm}history.test.ts`)

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
  changes(
    'writes are not recorded',
    'if (audited === undefined || fields.length === 0) return nothing',
    'return nothing',
  ),
  of('framework/orm/write/insert/rows.ts', `${orm}changes.test.ts`)(
    'new records are not recorded',
    'noted: note.noted,',
    'noted: empty,',
  ),
  changes(
    'deletions are not recorded',
    'if (!env.isRecorded || model.options.transient) return nothing',
    'return nothing',
  ),
  changes(
    'links and files are not recorded',
    'if (audited === undefined || field.options.secret === true) return',
    'return',
  ),
  of('framework/access/environment.ts', `${orm}changes.test.ts`)(
    'elevations are not recorded',
    "if (!name.startsWith('orm.')) {",
    'if (false) {',
  ),
  of('framework/orm/model/exchange/export.ts', `${orm}changes.test.ts`)(
    'exports are not recorded',
    'records.env.record({',
    'void ({',
  ),
  of('framework/orm/model/exchange/import.ts', `${orm}changes.test.ts`)(
    'imports are not recorded',
    "env.record({ kind: 'data.imported'",
    "void ({ kind: 'data.imported'",
  ),
  of('framework/orm/audit/shown.ts', `${orm}changes.test.ts`)(
    'secrets of settings are recorded',
    'if (conceal?.field !== field.name) return column',
    'return column',
  ),
  of('framework/orm/audit/reads.ts', `${orm}reads.test.ts`)(
    'reads are not recorded',
    'if (shown.length > 0) env.record({',
    'if (shown.length > 0) void ({',
  ),
  history('hidden fields are in histories', " && env.grant.field(info.name, name, 'read')"),
  history('hidden records have histories', 'const { ids } = await records.exists()', 'const { ids } = records'),
  of('framework/orm/audit/undo.ts', `${orm}history.test.ts`)(
    'undoing overwrites what came since',
    'if (conflicts.length > 0)',
    'if (false)',
  ),
  of('framework/auth/sign-in/authenticate.ts', auth)(
    'failed sign-ins are not recorded',
    'if (user === null || !ok) await noteFailure',
    'if (false) await noteFailure',
  ),
  of('framework/auth/sessions/session.ts', auth)(
    'sign-ins are not recorded',
    "await noteCredential(tx, by, 'signin.succeeded'",
    "if (false) await noteCredential(tx, by, 'signin.succeeded'",
  ),
  of('framework/auth/passwords/set-password.ts', auth)(
    'changes of passwords are not recorded',
    "await noteCredential(db, options.by, 'password.changed'",
    "if (false) await noteCredential(db, options.by, 'password.changed'",
  ),
  of('framework/auth/tokens/api-key.ts', auth)(
    'new keys are not recorded',
    "await noteCredential(tx, by, 'key.created'",
    "if (false) await noteCredential(tx, by, 'key.created'",
  ),
  of('framework/audit/events/tally.ts', auth)(
    'floods of failures flood the log',
    'if (page.fresh >= freshPerMinute || page.sorts.size >= mostSorts) {',
    'if (false) {',
  ),
  of('platform/cli/command/record-verb.ts', '../cli/command/record-verb.test.ts')(
    'commands are not recorded',
    'await recordAudit(pool,',
    'if (false) await recordAudit(pool,',
  ),
  sealer('sealers take turns no more', 'FROM hf_audit_log FOR UPDATE', 'FROM hf_audit_log'),
]
