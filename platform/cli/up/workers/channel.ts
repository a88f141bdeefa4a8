/** Questions and answers between the owner of a home and the processes that serve its requests, over Node's own channel. */

import type { Serializable } from 'node:child_process'
import {
  type AppError,
  ConflictError,
  MissingError,
  ServerError,
  UnavailableError,
  ValidationError,
} from '../../../../framework/errors.ts'

/** One end: a child process as its parent has it, or the process itself in the child. */
export interface End {
  send(message: Serializable): void
  onMessage(listener: (message: unknown) => void): void
}

export interface Channel<Asked extends Ask, Answered extends Ask> {
  /** @throws what the other side threw, or UnavailableError when it is gone */
  ask<K extends Asked['ask']>(question: Extract<Asked, { ask: K }>): Promise<AnswerOf<Asked, K>>
  /** The other side is gone: nothing that was asked will be answered. */
  close(): void
  /** Type only: what this side answers. */
  readonly answers?: Answered
}

/** A question with the type of its answer, which never travels. */
export interface Ask {
  readonly ask: string
  readonly answer?: unknown
}

type AnswerOf<A extends Ask, K extends A['ask']> = NonNullable<Extract<A, { ask: K }>['answer']>

interface Failed {
  readonly name: string
  readonly code: string | undefined
  readonly message: string
  readonly port?: number
}

type Wire =
  | { readonly hf: 'ask'; readonly id: number; readonly question: Ask }
  | { readonly hf: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly hf: 'failure'; readonly id: number; readonly failed: Failed }

/** @param answer what this end does with the other's questions */
export function openChannel<Asked extends Ask, Answered extends Ask>(
  end: End,
  answer: (question: Answered) => unknown,
): Channel<Asked, Answered> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let last = 0
  let isClosed = false

  const take = (message: Wire): void => {
    if (message.hf === 'ask') {
      void (async () => answer(message.question as Answered))()
        .then(
          (value): Wire => ({ hf: 'answer', id: message.id, value }),
          (error: unknown): Wire => ({ hf: 'failure', id: message.id, failed: failedOf(error) }),
        )
        .then((reply) => {
          if (!isClosed) end.send(reply as unknown as Serializable)
        })
      return
    }
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.hf === 'answer') asked?.resolve(message.value)
    else asked?.reject(errorOf(message.failed))
  }
  end.onMessage((message) => {
    if (message !== null && typeof message === 'object' && 'hf' in message) take(message as Wire)
  })

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(gone())
        const id = ++last
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
        end.send({ hf: 'ask', id, question } as unknown as Serializable)
      }),
    close: () => {
      isClosed = true
      for (const { reject } of waiting.values()) reject(gone())
      waiting.clear()
    },
  }
}

function gone(): UnavailableError {
  return new UnavailableError('ERR_HOME_CLOSED', 'The platform is stopping; try again in a moment.')
}

function failedOf(error: unknown): Failed {
  const { name, code, message, port } = error as Partial<Failed>
  return {
    name: String(name),
    code: code === undefined ? undefined : String(code),
    message: String(message),
    ...(port === undefined ? {} : { port }),
  }
}

const classes: Readonly<Record<string, new (code: string, message: string) => AppError>> = {
  ConflictError,
  MissingError,
  UnavailableError,
  ValidationError,
}

// An error of ours keeps its class and code; whatever else it was stays an error that nobody foresaw.
function errorOf({ name, code, message, port }: Failed): Error {
  const known = classes[name]
  if (known !== undefined && code !== undefined) return new known(code, message)
  if (code?.startsWith('ERR_')) return new ServerError(code, message)
  return Object.assign(new Error(message), code === undefined ? {} : { code }, port === undefined ? {} : { port })
}
