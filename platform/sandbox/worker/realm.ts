/** One run of a script: an engine's runtime of its own, made for it and thrown away after it. */

import {
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
  Scope,
} from 'quickjs-emscripten-core'
import { defaultLimits as limits } from '../limits.ts'
import type { Order, Reason, Report } from '../protocol.ts'
import { send } from './channel.ts'
import { prelude } from './prelude.ts'

type Run = Extract<Order, { type: 'run' }>
type Failed = Extract<Report, { type: 'failed' }>
type Ended = Extract<Report, { type: 'done' | 'failed' }>

/** @param ask sends a call of the script to the parent and waits for the answer */
export function runScript(engine: QuickJSWASMModule, order: Run, ask: (text: string) => string): Ended {
  const clock = scriptClock()
  let report: Ended
  let runtime: QuickJSRuntime | undefined
  let context: QuickJSContext | undefined
  try {
    runtime = engine.newRuntime()
    runtime.setMemoryLimit(limits.memoryBytes)
    runtime.setMaxStackSize(limits.stackBytes)
    runtime.setInterruptHandler(() => clock.isLate())
    context = runtime.newContext()
    const world = { runtime, context, clock }
    report = Scope.withScope((scope) => inside({ ...world, keep: (handle) => scope.manage(handle) }, order, ask))
  } catch (error) {
    // The engine itself gave up (aborted, or ran out of the stack that lies below its own): nothing in it can be relied on.
    report = failed(clock.isLate() ? 'time' : 'broken', 'InternalError', String(error).slice(0, 200), 0)
  }
  try {
    context?.dispose()
    runtime?.dispose()
  } catch {
    report = { ...report, spent: true }
  }
  return report
}

interface ScriptClock {
  isLate(): boolean
  /** Runs `fn` without counting its time. */
  pause<T>(fn: () => T): T
}

// Processor time of this thread: a busy machine makes no script late.
function scriptClock(): ScriptClock {
  let deadline = usedMs() + limits.scriptMs
  return {
    isLate: () => usedMs() > deadline,
    pause(fn) {
      const before = usedMs()
      try {
        return fn()
      } finally {
        deadline += usedMs() - before
      }
    },
  }
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

interface World {
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly clock: ScriptClock
  /** Every handle is given back at the end: the engine aborts where one is left. */
  keep<T extends QuickJSHandle>(handle: T): T
}

function inside(world: World, order: Run, ask: (text: string) => string): Ended {
  const { runtime, context, clock, keep } = world
  const tools = introduce(world, order, ask)
  const textOf = (name: 'finish' | 'describe', value: QuickJSHandle): string | QuickJSHandle => {
    const result = context.callFunction(tools[name], context.undefined, value)
    return result.error ? keep(result.error) : context.getString(keep(result.value))
  }
  const fault = (error: QuickJSHandle): Failed => {
    if (clock.isLate()) return failed('time', '', '', 0)
    const text = textOf('describe', keep(error))
    return typeof text === 'string' ? describe(text) : failed('error', 'Error', 'The script failed.', 0)
  }
  // The wrapping stands on the first line, so that lines are those of the script.
  const made = context.evalCode(`(function () { 'use strict'; ${order.source}\n})`, 'script', { type: 'global' })
  if (made.error) return fault(made.error)
  const result = context.callFunction(keep(made.value), context.undefined)
  if (result.error) return fault(result.error)
  const value = keep(result.value)
  for (let more = true; more; ) {
    const jobs = runtime.executePendingJobs(100)
    if (jobs.error) return fault(jobs.error)
    if (clock.isLate()) return failed('time', '', '', 0)
    more = jobs.value > 0
  }
  const state = context.getPromiseState(value)
  if (state.type === 'rejected') return fault(state.error)
  if (state.type === 'pending') return failed('error', 'Error', 'The script waits for something that never comes.', 0)
  const text = textOf('finish', state.notAPromise ? value : keep(state.value))
  if (typeof text !== 'string') return fault(text)
  return clock.isLate() ? failed('time', '', '', 0) : { type: 'done', text, spent: false }
}

function introduce({ context, clock, keep }: World, order: Run, ask: (text: string) => string) {
  let [calls, lines, bytes] = [0, 0, 0]
  const hostCall = context.newFunction('call', (handle) => {
    const text = requireText(context, handle)
    if (++calls > limits.calls) throw new RangeError(`A script may make ${limits.calls} calls.`)
    if (text.length > limits.dataBytes) throw new RangeError('The arguments of the call are too large.')
    return context.newString(clock.pause(() => ask(text)))
  })
  const hostLog = context.newFunction('log', (handle) => {
    const text = requireText(context, handle)
    lines++
    bytes += text.length
    if (lines < limits.logLines && bytes < limits.logBytes) send({ type: 'log', text })
    else if (lines === limits.logLines) send({ type: 'log', text: '(the rest of the log is left out)' })
  })
  const start = keep(context.unwrapResult(context.evalCode(prelude, 'prelude', { type: 'global' })))
  const given = [hostCall, hostLog, context.newString(order.input), context.newString(order.now)].map(keep)
  const maximum = keep(context.newNumber(limits.dataBytes))
  const tools = keep(context.unwrapResult(context.callFunction(start, context.undefined, ...given, maximum)))
  return { finish: keep(context.getProp(tools, 'finish')), describe: keep(context.getProp(tools, 'describe')) }
}

function requireText(context: QuickJSContext, handle: QuickJSHandle | undefined): string {
  if (handle === undefined || context.typeof(handle) !== 'string') throw new TypeError('Text expected.')
  return context.getString(handle)
}

// What comes out was made by the script's world: types are checked, lengths cut.
function describe(text: string): Failed {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    found = null
  }
  const [name, message, stack] = (Array.isArray(found) ? found : []).map((one) => (typeof one === 'string' ? one : ''))
  const line = Number(/\bscript:(\d{1,6})/.exec((stack ?? '').slice(0, 4000))?.[1] ?? 0)
  return failed(reasonOf(name, message), name ?? 'Error', message ?? '', line)
}

function reasonOf(name: string | undefined, message: string | undefined): Reason {
  if (name !== 'InternalError') return 'error'
  return message === 'out of memory' ? 'memory' : 'error'
}

function failed(reason: Reason, name: string, message: string, line: number): Failed {
  // Whatever ran into a wall of the engine may have left it in a state that nobody has thought of.
  const spent = reason !== 'error' || name === 'InternalError' || name === 'RangeError'
  return { type: 'failed', reason, name: name.slice(0, 100), message: message.slice(0, 1000), line, spent }
}
