/** The phases of backups and restores in words. */

import type { Phase, Progress } from '../../../backups/index.ts'
import type { Report } from '../../command/verb.ts'

const words: Readonly<Record<Phase, string>> = {
  verify: 'reading and checking the backup',
  count: 'counting rows',
  rows: 'copying rows',
  files: 'copying files',
  rules: 'building keys and indexes',
  check: 'comparing with the original',
  seal: 'sealing',
  export: 'writing the file',
}
const MOST_OFTEN_MS = 100

/** Passes progress on in words, not more often than an eye follows. */
export function inWords(report: Report): Progress {
  let last: Phase | null = null
  let at = 0
  return (phase, done, total) => {
    // Sealing runs beside the copying; two lines that replace each other would only flicker.
    if (phase === 'seal') return
    const now = performance.now()
    if (phase === last && done !== total && now - at < MOST_OFTEN_MS) return
    last = phase
    at = now
    report.progress(words[phase], done, total)
  }
}
