/**
 * One connection that the quick statements of many requests share: each is sent at once, without waiting for the answers
 * of those before it, and what comes together in one turn of the event loop goes out in one piece. PostgreSQL answers in
 * order; an error is its statement's alone. Slow statements, those that would have to wait here, and transactions have
 * connections of their own (`pool.ts`).
 */

import type { Writable } from 'node:stream'
import pg from 'pg'
import { isQuick, type KnownText, noteDuration } from './known-texts.ts'
import { send } from './send.ts'

/** How long a statement may expect to wait for those before it; beyond that another connection serves it sooner. */
const longestWaitMs = 4

export class Lane {
  readonly #config: pg.ClientConfig
  readonly #idleTimeoutMs: number
  #client: Promise<pg.Client> | null = null
  #inFlight = 0
  #answeredAt = 0
  #corked = false
  #idle: NodeJS.Timeout | undefined

  constructor(config: pg.ClientConfig, idleTimeoutMs: number) {
    this.#config = config
    this.#idleTimeoutMs = idleTimeoutMs
  }

  get busy(): boolean {
    return this.#inFlight > 0
  }

  /** Whether it takes this statement now. */
  takes(text: KnownText): boolean {
    return isQuick(text) && this.#inFlight * text.averageMs < longestWaitMs
  }

  /** @throws what the driver throws, raw */
  async run<T>(text: string, values: readonly unknown[], known: KnownText): Promise<T[]> {
    this.#inFlight++
    clearTimeout(this.#idle)
    try {
      this.#client ??= this.#open()
      const client = await this.#client
      this.#cork(client)
      const sentAt = performance.now()
      const rows = await send<T>(client, text, values, known.name)
      const now = performance.now()
      // Those before it in the lane took their own time.
      noteDuration(known, now - Math.max(sentAt, this.#answeredAt))
      this.#answeredAt = now
      return rows
    } finally {
      if (--this.#inFlight === 0) this.#rest()
    }
  }

  /** Waits for what is under way, then closes. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const opened = this.#client
    this.#client = null
    const client = await opened?.catch(() => null)
    await client?.end()
  }

  #open(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#config, pipeline: true } as pg.ClientConfig)
    const opening = client.connect().then(() => client)
    const forget = () => {
      if (this.#client === opening) this.#client = null
    }
    // What is under way gets the error; the next statement opens a connection anew.
    client.on('error', forget).on('end', forget)
    opening.catch(forget)
    return opening
  }

  // All statements of this turn of the event loop leave in one piece.
  #cork(client: pg.Client): void {
    if (this.#corked) return
    this.#corked = true
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
    stream.cork()
    setImmediate(() => {
      this.#corked = false
      stream.uncork()
    })
  }

  #rest(): void {
    this.#idle = setTimeout(() => void this.close().catch(() => {}), this.#idleTimeoutMs)
    this.#idle.unref()
  }
}
