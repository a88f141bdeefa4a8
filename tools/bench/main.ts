// The entry of `npm run bench`: how fast the server is, beside a handler written by hand that does the same.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pageOf } from '../proof/page.ts'
import { prove, writeProof } from '../proof/proof.ts'
import { type Options, readOptions, usage } from './options.ts'
import { measureAudit } from './parts/audit.ts'
import { measureGrowth } from './parts/growth.ts'
import { measureIdle } from './parts/idle.ts'
import { measureProcesses } from './parts/processes.ts'
import { measureSandbox } from './parts/sandbox.ts'
import { writePage } from './report/page.ts'
import { writeProfile } from './report/profile.ts'
import { mergeResults, type Parts, readPart, writePart } from './report/store.ts'
import { memoryLines, terminalTable } from './report/table.ts'
import { verdicts } from './report/verdicts.ts'
import { operationKeys, run } from './run.ts'

let isStopping = false

// Every step tells that it begins, so this is where a run that was stopped ends in order and removes its data.
function say(text: string): void {
  if (isStopping) throw new Error('stopped')
  console.error(text)
}

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(args, operationKeys)
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    return 2
  }
  if (options === 'help') {
    console.log(usage)
    return 0
  }
  switch (options.part) {
    case 'page':
      break
    case 'proof':
      return (await proof(options)) ? 0 : 1
    case 'growth':
      await keep(options, 'growth', await measureGrowth(options.isQuick, say))
      break
    case 'idle':
      await keep(options, 'idle', await measureIdle(options.idle, options.isQuick, say))
      break
    case 'processes':
      await keep(options, 'processes', await measureProcesses(options.isQuick, say))
      break
    case 'sandbox':
      await keep(options, 'sandbox', await measureSandbox(options.isQuick, say))
      break
    case 'audit':
      await keep(options, 'audit', await measureAudit(options.isQuick, say))
      break
    case 'operations':
      await (options.isProfiled ? profile(options) : operations(options))
  }
  if (!options.isQuick) await writePage()
  return 0
}

async function proof({ minutes, isQuick, isJson }: Options): Promise<boolean> {
  const bounds = { mutantMinutes: isQuick ? 1 : minutes, cases: isQuick ? 20_000 : 200_000 }
  const command = `npm run bench -- --proof --minutes ${minutes}`
  const proven = await prove(bounds, command, say)
  if (!isQuick) await writeProof(proven)
  console.log(isJson ? JSON.stringify(proven) : pageOf(proven))
  return proven.failures.length === 0 && proven.twins.every(({ isRed }) => isRed)
}

async function operations(options: Options): Promise<void> {
  const { result } = await run(options, null, say)
  if (!options.isJson) {
    console.log(`${terminalTable(result.rows)}\n\n${memoryLines(result).join('\n')}`)
    if (!options.isQuick) console.log(`\n${verdicts(result.rows).join('\n')}`)
  }
  const part = options.rows === null ? 'operations' : 'rows'
  // What was measured at another concurrency than usual has no place on the page.
  const isKept = !options.isQuick && options.concurrency === null
  const merged = isKept ? mergeResults(await readPart(part), result) : result
  await keep(isKept ? options : { ...options, isQuick: true }, part, merged)
}

async function profile(options: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-profile-'))
  try {
    const { measured } = await run({ ...options, concurrency: options.concurrency ?? 16 }, folder, say)
    await writeProfile(folder, measured, !options.isQuick && options.keys.length === 0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function keep<P extends keyof Parts>({ isJson, isQuick }: Options, part: P, value: Parts[P]): Promise<void> {
  if (isJson) console.log(JSON.stringify(value))
  // Figures of a short run are no figures to publish.
  if (isQuick) return
  await writePart(part, value)
  if (!isJson) console.log(`\ndocs/benchmarks/${part}.json and the page are written`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopping = true
    console.error('stopping after this step')
  })
}
process.exitCode = await main(process.argv.slice(2))
