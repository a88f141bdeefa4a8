/**
 * The twin of the program for whoever assumes that the engine was escaped: what a script names is done in Node itself, shut in
 * as the real program is. The source is the name of an attack; the result says how far it came.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { receive, send } from '../worker/channel.ts'

const attacks: Record<
  string,
  (input: { readonly port: number; readonly pid: number; readonly file: string }) => unknown
> = {
  file: ({ file }) => readFileSync(file, 'utf8'),
  passwd: () => readFileSync('/etc/passwd', 'utf8'),
  environ: ({ pid }) => readFileSync(`/proc/${pid}/environ`, 'utf8'),
  folder: () => readdirSync('/'),
  write: ({ file }) => writeFileSync(`${file}.written`, 'x'),
  child: async () => (await import('node:child_process')).execFileSync('/usr/bin/id').toString(),
  worker: async () => new (await import('node:worker_threads')).Worker('/tmp/none.js').threadId,
  env: () => ({ ...process.env }),
  uid: () => process.getuid?.(),
  signal: ({ pid }) => process.kill(pid, 0),
  network: ({ port }) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port }, () => resolve('connected'))
      socket.on('error', reject)
    }),
  inspector: async () => {
    ;(await import('node:process')).kill(process.ppid, 'SIGUSR1')
    return 'signalled'
  },
  before: () => memory,
  'forged call': () => send({ type: 'call', text: '["res.users","read",[],{}]', uid: 1 } as never),
  'no protocol': () => process.stdout.write('hello\n'),
}

let memory: unknown = null
send({ type: 'ready' })
for (;;) {
  const order = receive()
  if (order.type !== 'run') process.exit(3)
  const input = JSON.parse(order.input) as { port: number; pid: number; file: string }
  let text: string
  try {
    text = JSON.stringify({ got: (await attacks[order.source]?.(input)) ?? null })
  } catch (error) {
    text = JSON.stringify({ refused: (error as NodeJS.ErrnoException).code ?? String(error) })
  }
  memory = order
  send({ type: 'done', text, spent: false })
}
