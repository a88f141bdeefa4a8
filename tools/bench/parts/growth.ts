/** How the cost of an operation grows with rows, rules, groups and tenants. */

import { type Dimension, dimensions, prepareVariants, type Variant } from '../data/variants.ts'
import { openTarget } from '../load/closed-loop.ts'
import { quantile } from '../load/measure.ts'
import { rivalSide, serverSide } from '../load/sides.ts'
import { admitRival, type Contest, prepareRival } from '../operations/verify.ts'
import { today } from '../report/result.ts'
import { operationOf, type Progress, withContest } from '../run.ts'

const keys = ['a', 'b', 'e'] as const

/** One measured place of a curve: medians of one client's calls, in milliseconds. */
export interface GrowthPoint {
  readonly dimension: Dimension
  readonly size: number
  readonly key: string
  readonly serverMs: number
  readonly rivalMs: number
  /** Processor time of the server itself. */
  readonly cpuMs: number
}

export interface GrowthFigures {
  readonly date: string
  readonly points: readonly GrowthPoint[]
}

/** @param isQuick a few calls on little data: does it work, not how fast */
export async function measureGrowth(isQuick: boolean, progress: Progress): Promise<GrowthFigures> {
  const sizes = isQuick ? { rows: [1_000, 2_000], rules: [1], groups: [1], tenants: [1, 2] } : dimensions
  const { variants, remove } = await prepareVariants(progress, sizes)
  try {
    const first = variants[0] as Variant
    const points = await withContest(first.data, null, progress, async ({ server, rival }) => {
      const all: GrowthPoint[] = []
      for (const variant of variants) {
        progress(`${variant.size} ${variant.dimension}`)
        all.push(...(await measureVariant(variant, { data: variant.data, server, rival }, isQuick)))
      }
      return all
    })
    return { date: today(), points }
  } finally {
    await remove()
  }
}

async function measureVariant(
  { dimension, size }: Variant,
  contest: Contest,
  isQuick: boolean,
): Promise<GrowthPoint[]> {
  const { data, server, rival } = contest
  await admitRival(contest)
  const points: GrowthPoint[] = []
  for (const key of keys) {
    const operation = operationOf(key)
    await prepareRival(operation, contest)
    const ours = openTarget(server, serverSide(operation, 'JSON-2', data))
    const theirs = openTarget(rival, rivalSide(operation, 'JSON-2', data))
    const [warmUpMs, roundMs] = isQuick ? [0, 50] : [800, 1_500]
    try {
      // Each tenant once before the clock runs: opening one is no part of what is measured.
      for (let i = 0; i < data.tenants.length; i++) {
        await ours.run(1, 0)
        await theirs.run(1, 0)
      }
      await ours.run(1, warmUpMs)
      await theirs.run(1, warmUpMs)
      const round = await ours.run(1, roundMs)
      const rivalRound = await theirs.run(1, roundMs)
      points.push({
        dimension,
        size,
        key,
        serverMs: median(round.latencies),
        rivalMs: median(rivalRound.latencies),
        cpuMs: round.cpuMs / round.operations,
      })
    } finally {
      ours.close()
      theirs.close()
    }
  }
  return points
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}
