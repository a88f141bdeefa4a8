/** `holdfast doctor`: looks at machine, home and service, and says what to do. */

import { existsSync } from 'node:fs'
import { type LocalContext, localVerb } from '../command/verb.ts'
import { runWithHome } from '../command/with-home.ts'
import { failureOf } from '../output/failure.ts'
import { plain, type Terminal } from '../output/terminal.ts'
import { wrap } from '../output/wrap.ts'
import { type Finding, finding, type Verdict } from './check.ts'
import { checkHealth } from './health.ts'
import { doctorInside, type InsideFacts } from './inside.ts'
import { checkMachine } from './machine.ts'
import { checkStorage } from './storage.ts'

interface Diagnosis {
  readonly home: string
  /** The worst verdict: `ok` also when there is only `info`. */
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly findings: readonly Finding[]
}

/** Checks everything that can be checked from here; ends with 1 when something fails. */
export const doctor = localVerb<Diagnosis>({
  name: 'doctor',
  summary: 'Check machine, home and service, and say what to do',
  details: `Looks at Node, PostgreSQL, the user, rights, disk space, encryption of the live data, certificate, databases and
backups. Ends with 1 when a check fails; a warning is no failure.`,
  arguments: [],
  options: {},
  run: async (context) => {
    const { homePath } = context.settings
    const findings = [...(await checkMachine(process.env)), ...(await checkHome(context))]
    const verdict = findings.some((one) => one.verdict === 'fail')
      ? 'fail'
      : findings.some((one) => one.verdict === 'warn')
        ? 'warn'
        : 'ok'
    return { home: homePath, verdict, findings }
  },
  print: ({ home, verdict, findings }, terminal) => {
    const width = Math.max(...findings.map(({ title }) => title.length))
    const lines = findings.flatMap(({ title, verdict, found, advice }) => [
      `${mark(verdict, terminal)} ${title.padEnd(width)}  ${wrap(plain(found), terminal.width, width + 4)}`,
      ...(advice === undefined
        ? []
        : [terminal.dim(`  ${' '.repeat(width)}  ${wrap(advice, terminal.width, width + 4)}`)]),
    ])
    const ends: Record<Diagnosis['verdict'], string> = {
      ok: 'All is well.',
      warn: 'It works; look at the warnings before real use.',
      fail: 'Something is wrong; see above.',
    }
    return [terminal.dim(home), '', ...lines, '', ends[verdict]].join('\n')
  },
  exit: ({ verdict }) => (verdict === 'fail' ? 'failed' : 'ok'),
})

async function checkHome({ settings, report, stopping }: LocalContext): Promise<Finding[]> {
  const { homePath } = settings
  if (!existsSync(`${homePath}/control.json`))
    return [finding('home', 'Home', 'info', `none at ${homePath}`, `'holdfast up' makes one.`)]
  const storage = checkStorage(homePath)
  if (doctorInside.runs !== 'home') throw new TypeError('The inner doctor runs on a home.')
  try {
    const outcome = await runWithHome(doctorInside, { arguments: {}, options: {} }, false, {
      settings,
      report,
      stopping,
    })
    if ('failure' in outcome) return [...storage, cannotLook(outcome.failure.message)]
    return [...storage, ...checkHealth(outcome.result as InsideFacts, new Date())]
  } catch (error) {
    if (stopping.aborted) throw error
    return [...storage, cannotLook(failureOf(error).message)]
  }
}

function cannotLook(message: string): Finding {
  return finding('home', 'Home', 'fail', message, 'Without it nothing else can be checked.')
}

function mark(verdict: Verdict, { green, yellow, red, dim }: Terminal): string {
  return { ok: green('✓'), info: dim('·'), warn: yellow('!'), fail: red('✗') }[verdict]
}
