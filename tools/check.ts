// `npm run check`: types, lint, layers, access, promises, documents; each runs whatever the others say, and every failure is listed.
//   npm run check                   all of them
//   npm run check -- types layers   only these
//   npm run check -- --fix          formats, applies safe lint fixes and rewrites promises/README.md first
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findAccessFaults } from './access.ts'
import { findErrorFaults } from './docs/errors.ts'
import { findPathFaults } from './docs/paths.ts'
import { findLayerFaults } from './layers.ts'
import { findPromiseFaults, writeReadme } from './promises.ts'

const root = join(import.meta.dirname, '..')

interface Step {
  readonly name: string
  /** Prints what is wrong and says whether all is well. */
  readonly run: () => boolean | Promise<boolean>
  readonly fix?: () => void
}

const steps: readonly Step[] = [
  { name: 'types', run: () => program('tsc', ['--project', root, '--noEmit', '--pretty', 'false']) },
  {
    name: 'lint',
    run: () =>
      program('biome', ['ci', '--reporter=concise', '--max-diagnostics=none', '--diagnostic-level=warn', root]),
    fix: () => void program('biome', ['check', '--write', root]),
  },
  { name: 'layers', run: () => list(findLayerFaults(root)) },
  { name: 'access', run: async () => list(await findAccessFaults()) },
  { name: 'promises', run: () => list(findPromiseFaults(root)), fix: () => writeReadme(root) },
  { name: 'docs', run: () => list([...findPathFaults(root), ...findErrorFaults(root)]) },
]

function program(name: string, args: readonly string[]): boolean {
  const run = spawnSync(join(root, 'node_modules', '.bin', name), args, { cwd: root, stdio: 'inherit' })
  if (run.error) console.error(`${name} could not be started: ${run.error.message}`)
  return run.status === 0
}

function list(faults: readonly { file: string; line: number; rule: string; message: string }[]): boolean {
  for (const { file, line, rule, message } of faults) console.error(`${file}:${line} [${rule}] ${message}`)
  return faults.length === 0
}

async function main(words: readonly string[]): Promise<number> {
  const names = words.filter((word) => word !== '--fix')
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`No such check: ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}.`)
    return 2
  }
  const chosen = names.length > 0 ? steps.filter((step) => names.includes(step.name)) : steps
  if (words.includes('--fix')) for (const step of chosen) step.fix?.()
  const failed: Step[] = []
  for (const step of chosen) {
    const started = performance.now()
    const isGood = await step.run()
    console.log(`${isGood ? 'ok  ' : 'FAIL'} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    if (!isGood) failed.push(step)
  }
  console.log(failed.length === 0 ? 'check: clean' : `check: failed in ${failed.map((step) => step.name).join(', ')}`)
  return failed.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
