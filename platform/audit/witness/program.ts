/**
 * The process of the witness, started as `node program.ts <folder> [uid gid]`. As root it makes the folder over to that user
 * and becomes it for good, before it reads a single word. It ends when its input does.
 */

import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Ledger, openLedger } from './ledger.ts'
import type { Question } from './messages.ts'

const [folder, uid, gid] = process.argv.slice(2)
if (folder === undefined) process.exit(64)
// Ctrl-C and a closed terminal reach the whole group; it ends with its pipe only.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.umask(0o077)
enter(folder, uid === undefined ? null : { uid: Number(uid), gid: Number(gid) })
const ledger = openLedger(Date.now)
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, question } = JSON.parse(line) as { id: number; question: Question }
  process.stdout.write(`${JSON.stringify({ id, ...answered(ledger, question) })}\n`)
})
process.stdin.once('end', () => process.exit(0))
process.stdin.once('error', () => process.exit(0))
process.stdout.on('error', () => process.exit(0))

function enter(path: string, account: { uid: number; gid: number } | null): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, { mode: 0o700 })
  if (!lstatSync(path).isDirectory()) process.exit(65)
  process.chdir(path)
  chmodSync('.', 0o700)
  if (account === null) return
  for (const name of ['.', ...readdirSync('.')]) chownSync(name, account.uid, account.gid)
  process.setgroups?.([])
  process.setgid?.(account.gid)
  process.setuid?.(account.uid)
}

function answered(from: Ledger, question: Question): { readonly answer: unknown } | { readonly failure: string } {
  try {
    return { answer: answerTo(from, question) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

function answerTo(from: Ledger, question: Question): unknown {
  switch (question.ask) {
    case 'who':
      return {
        verifierKey: from.verifierKey,
        pid: process.pid,
        account: uid === undefined ? null : { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 },
      }
    case 'held':
      return from.held(question.origin)
    case 'all':
      return from.all()
    case 'hashes':
      return from.hashes(question.origin, question.from, question.count)
    case 'add':
      return from.add(question)
  }
}
