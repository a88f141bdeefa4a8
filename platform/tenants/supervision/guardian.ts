/**
 * A process of its own that outlives Holdfast by a few seconds: it reads a pipe whose other end only Holdfast holds. The
 * word `release` means an orderly end; a pipe that closes without it means that Holdfast was killed, and then every
 * PostgreSQL process of the home is ended. Started as `node guardian.ts <folder of the instances>`.
 */
import { endPostgresProcesses } from './end-processes.ts'

const root = process.argv[2]
if (root === undefined || root.length < 4) process.exit(64)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {}) // it ends with its pipe only

let isReleased = false
process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  isReleased ||= text.includes('release')
})
const closed = (): void => {
  if (isReleased) process.exit(0)
  void endPostgresProcesses(root).then(() => process.exit(0))
}
process.stdin.once('end', closed)
process.stdin.once('error', closed)
process.stdout.on('error', () => {})
process.stdout.write('ready\n')
