// The entry of `npm run bench`: how fast the server is, beside a handler written by hand that does the same.

import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readOptions, usage } from './options.ts'
import { page, verdicts } from './report/page.ts'
import { memoryLines, terminalTable } from './report/table.ts'
import { operationKeys, run } from './run.ts'

const pagePath = resolve(import.meta.dirname, '../../docs/benchmarks.md')

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
  const { isQuick, isJson, isProfiled, keys, concurrency } = options
  const result = await run(options, say)
  if (isJson) {
    console.log(JSON.stringify(result))
    return 0
  }
  console.log(terminalTable(result.rows))
  console.log(`\n${memoryLines(result).join('\n')}`)
  if (!isQuick) console.log(`\n${verdicts(result.rows).join('\n')}`)
  // Figures of a short, partial or profiled run are no figures to publish.
  if (!isQuick && !isProfiled && keys.length === 0 && concurrency === null) {
    await writeFile(pagePath, page(result))
    console.log('\ndocs/benchmarks.md is written')
  }
  return 0
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopping = true
    console.error('stopping after this step')
  })
}
process.exitCode = await main(process.argv.slice(2))
