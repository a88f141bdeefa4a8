/** Where the server spent its time: functions by self time, of a profile that Node wrote with `--cpu-prof`. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Measurement } from '../load/measure.ts'
import { today } from './result.ts'
import { figuresFolder } from './store.ts'

const root = resolve(import.meta.dirname, '../../..')
const most = 14

/**
 * Prints the functions of each operation; for a whole run writes them as a page beside the figures.
 * @throws Error when the server wrote no profile
 */
export async function writeProfile(
  folder: string,
  measured: readonly Measurement[],
  isPublished: boolean,
): Promise<void> {
  const profile = await readProfile(folder)
  if (profile === null) throw new Error('the server wrote no profile')
  const sections = measured.map(({ operation, protocol, concurrency, windows }) => {
    const lines = topFunctions(profile, windows, root, most).map(
      ({ place, share }) => `| ${(share * 100).toFixed(1)} % | ${place.replaceAll('|', '\\|')} |`,
    )
    const title = `(${operation.key}) ${operation.title}, ${protocol}, ${concurrency} at once`
    return `## ${title}\n\n| self time | function |\n| ---: | --- |\n${lines.join('\n')}\n`
  })
  console.log(sections.join('\n'))
  if (!isPublished) return
  const head = `# Where the server spends its time

Written by \`npm run bench -- --profile\` on ${today()}: functions of the server's process by their own time, idle time apart;
PostgreSQL is another process. \`writev\`, \`writeUtf8String\` and \`(garbage collector)\` are Node's.
`
  await writeFile(join(figuresFolder, 'profile.md'), [head, ...sections].join('\n'))
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface ProfileLine {
  readonly place: string
  /** Share of the time in which anything ran. */
  readonly share: number
}

/** Windows of time in microseconds, as `process.hrtime` and the profile both count them. */
type Windows = readonly (readonly [number, number])[]

/** The profile in a folder where one process wrote its own; `null` when there is none. */
async function readProfile(folder: string): Promise<CpuProfile | null> {
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.cpuprofile'))
  return name === undefined ? null : (JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile)
}

/** Functions by self time inside the windows, most first; idle time apart. */
function topFunctions(profile: CpuProfile, windows: Windows, root: string, most: number): ProfileLine[] {
  const places = new Map(profile.nodes.map((node) => [node.id, placeOf(node.callFrame, root)]))
  const times = new Map<string, number>()
  let total = 0
  let at = profile.startTime
  for (const [i, sample] of profile.samples.entries()) {
    const delta = profile.timeDeltas[i] ?? 0
    at += delta
    const place = places.get(sample) ?? '?'
    if (place === '(idle)' || place === '(program)' || !windows.some(([from, to]) => at >= from && at <= to)) continue
    times.set(place, (times.get(place) ?? 0) + delta)
    total += delta
  }
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([place, time]) => ({ place, share: time / total }))
}

function placeOf(frame: CpuProfile['nodes'][number]['callFrame'], root: string): string {
  const name = frame.functionName || '(anonymous)'
  if (frame.url === '') return name
  const path = frame.url.replace(/^file:\/\//, '')
  const short = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
  return `${name} ${short}:${frame.lineNumber + 1}`
}
