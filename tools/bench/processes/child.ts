/** Starts a process under test and talks to it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Question, Ready, Reply, Usage } from './protocol.ts'

export interface Child {
  readonly ready: Ready
  ask(question: Question): Promise<unknown>
  usage(): Promise<Usage>
  /** Asks it to end in order and waits, at most `patienceMs`. */
  close(patienceMs?: number): Promise<void>
}

const usualPatienceMs = 15_000

/**
 * @param script file of this folder
 * @param nodeArguments options of Node, such as `--cpu-prof`
 * @throws Error with what it printed, when it ends before it is ready
 */
export async function startChild(
  script: 'server.ts' | 'rival.ts',
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<Child> {
  const child = spawn(process.execPath, [...nodeArguments, join(import.meta.dirname, script)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await answerOf<Ready>(child, script)
  let turn: Promise<unknown> = Promise.resolve()
  const ask = (question: Question): Promise<unknown> => {
    const asked = turn.then(() => {
      const answer = answerOf(child, script)
      child.send(question)
      return answer
    })
    turn = asked.catch(() => {})
    return asked
  }
  return {
    ready,
    ask,
    usage: () => ask({ ask: 'usage' }) as Promise<Usage>,
    close: async (patienceMs = usualPatienceMs) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

function answerOf<T>(child: ChildProcess, script: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => {
      child.off('message', onMessage)
      reject(new Error(`${script} ended with ${code}`))
    }
    const onMessage = (message: unknown) => {
      child.off('exit', onExit)
      const reply = message as Reply
      if ('failure' in reply) reject(new Error(`${script}: ${reply.failure}`))
      else resolve(reply.answer as T)
    }
    child.once('exit', onExit)
    child.once('message', onMessage)
  })
}

/** The other side: answers questions until the parent goes, then calls `end`. */
export function answerParent(
  ready: Ready,
  answer: (question: Question) => unknown | Promise<unknown>,
  end: () => Promise<void>,
): void {
  const send = (reply: Reply) => process.send?.(reply)
  process.on('message', (question) => {
    Promise.resolve()
      .then(() => answer(question as Question))
      .then(
        (result) => send({ answer: result ?? null }),
        (error: unknown) => send({ failure: String(error) }),
      )
  })
  // Ctrl-C reaches the whole group; the parent ends us when it has finished.
  process.on('SIGINT', () => {})
  process.once(
    'disconnect',
    () =>
      void end().then(
        () => process.exit(0),
        () => process.exit(1),
      ),
  )
  send({ answer: ready })
}
