/** Whether others notice hostile scripts of one tenant: the same requests to another tenant without and with them, in turn. */

import { openSandbox, type Sandbox } from '../../../platform/sandbox/index.ts'
import { prepare, type Prepared } from '../data/prepare.ts'
import { openTarget, type Target } from '../load/closed-loop.ts'
import { type Figures, figures, quantile } from '../load/measure.ts'
import { serverSide } from '../load/sides.ts'
import { startChild } from '../processes/child.ts'
import { today } from '../report/result.ts'
import { operationOf, type Progress } from '../run.ts'

const hostileScripts = 20
const clients = 4

export interface SandboxFigures {
  readonly date: string
  readonly scripts: number
  readonly clients: number
  readonly rounds: number
  readonly without: Figures
  readonly with: Figures
  /** Median of the rounds' own. */
  readonly p99Ratio: number
  /** Hostile scripts that were ended meanwhile. */
  readonly ended: number
  /** A script that adds two numbers, in a warm process with nobody else; median, and the first, which starts the process. */
  readonly warmMs: number
  readonly firstMs: number
}

// One whose loop the engine interrupts, and one that only a signal ends.
const sources = ['for (;;);', 'return Array(2 ** 28).join("x").length']

/** @param isQuick does it work, not how much */
export async function measureSandbox(isQuick: boolean, progress: Progress): Promise<SandboxFigures> {
  const data = await prepare({ partners: isQuick ? 300 : 10_000, orders: 10 }, progress)
  try {
    const { warmMs, firstMs } = await measureRun(isQuick ? 5 : 200)
    progress('requests without and with hostile scripts')
    return { date: today(), scripts: hostileScripts, clients, warmMs, firstMs, ...(await compare(data, isQuick)) }
  } finally {
    await data.remove()
  }
}

async function compare(data: Prepared, isQuick: boolean) {
  const server = await startChild('server.ts', { BENCH_HOME: data.homePath })
  const target = openTarget(server, serverSide(operationOf('a'), 'JSON-2', data))
  try {
    const [roundMs, count] = isQuick ? [200, 1] : [3_000, 7]
    await target.run(clients, roundMs)
    const pairs = []
    let ended = 0
    for (let i = 0; i < count; i++) {
      const quiet = await target.run(clients, roundMs)
      const { round, endedScripts } = await besideScripts(target, roundMs)
      pairs.push({ quiet, round })
      ended += endedScripts
    }
    const ratios = pairs.map(({ quiet, round }) => figures([round], 1).p99Ms / figures([quiet], 1).p99Ms)
    return {
      rounds: count,
      without: figures(
        pairs.map(({ quiet }) => quiet),
        1,
      ),
      with: figures(
        pairs.map(({ round }) => round),
        1,
      ),
      p99Ratio: quantile(
        ratios.sort((a, b) => a - b),
        0.5,
      ),
      ended,
    }
  } finally {
    target.close()
    await server.close()
  }
}

async function besideScripts(target: Target, roundMs: number) {
  const sandbox = openSandbox()
  let [isOver, endedScripts] = [false, 0]
  const hostile = async (i: number): Promise<void> => {
    while (!isOver) {
      await run(sandbox, sources[i % sources.length] ?? '').catch(() => {})
      endedScripts++
    }
  }
  const all = Promise.all(Array.from({ length: hostileScripts }, (_, i) => hostile(i)))
  // Until their processes are there.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const round = await target.run(clients, roundMs)
  isOver = true
  await sandbox.close()
  await all
  return { round, endedScripts }
}

async function measureRun(count: number) {
  const sandbox = openSandbox()
  const times: number[] = []
  for (let i = 0; i <= count; i++) {
    const before = performance.now()
    await run(sandbox, 'return input + 1')
    times.push(performance.now() - before)
  }
  await sandbox.close()
  const [firstMs = 0, ...warm] = times
  return {
    firstMs,
    warmMs: quantile(
      warm.sort((a, b) => a - b),
      0.5,
    ),
  }
}

function run(sandbox: Sandbox, source: string): Promise<unknown> {
  return sandbox.run({ tenant: 'hostile', source, input: 1, now: new Date(), call: async () => null })
}
