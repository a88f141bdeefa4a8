/** Shows long work on stderr: one line that renews itself on a terminal, a line per step where it is none. */

import { plain, type Terminal } from './terminal.ts'

export interface ProgressView {
  show(step: string, done?: number, total?: number): void
  /** Clears the line, before anything else is printed. */
  clear(): void
}

const BAR = 24
const MOST_OFTEN_MS = 80

/** @param isQuiet shows nothing (`--json`) */
export function progressView(stream: NodeJS.WriteStream, terminal: Terminal, isQuiet: boolean): ProgressView {
  if (isQuiet) return { show: () => {}, clear: () => {} }
  let step = ''
  let shownAt = 0
  let isDirty = false
  const clear = (): void => {
    if (isDirty) stream.write('\r\u001b[2K')
    isDirty = false
  }
  return {
    clear,
    show: (raw, done, total) => {
      const next = plain(raw)
      const isNew = next !== step
      step = next
      if (!terminal.isTty) {
        if (isNew) stream.write(`${next} …\n`)
        return
      }
      const now = performance.now()
      const isLast = done !== undefined && done === total
      if (!isNew && !isLast && now - shownAt < MOST_OFTEN_MS) return
      shownAt = now
      stream.write(`\r\u001b[2K${line(next, done, total, terminal)}`)
      isDirty = true
    },
  }
}

function line(step: string, done: number | undefined, total: number | undefined, terminal: Terminal): string {
  const room = Math.max(10, terminal.width - BAR - 10)
  const words = `${step} …`.slice(0, room)
  if (done === undefined || total === undefined || total <= 0) return terminal.dim(words)
  const part = Math.min(1, done / total)
  const full = Math.round(part * BAR)
  return `${terminal.dim(words.padEnd(Math.min(room, 40)))} ${'█'.repeat(full)}${terminal.dim('░'.repeat(BAR - full))} ${String(Math.floor(part * 100)).padStart(3)} %`
}
