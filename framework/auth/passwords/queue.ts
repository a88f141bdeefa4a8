/**
 * A bounded queue for work that takes half a second of processor time: without it, a flood of sign-ins would starve
 * every other request. Lanes (one per tenant) take turns, so that one tenant's flood delays nobody else's sign-in.
 */

import { availableParallelism } from 'node:os'
import { RateLimitError } from '../../errors.ts'

export interface QueueBounds {
  /** Pieces of work at once. */
  readonly atOnce: number
  /** Waiting in one lane at most. */
  readonly perLane: number
  /** Waiting altogether at most. */
  readonly altogether: number
}

type Start = () => void

export class LaneQueue {
  readonly #bounds: QueueBounds
  // Insertion order is the order of turns: the lane served goes to the end.
  readonly #lanes = new Map<string, Start[]>()
  #running = 0
  #waiting = 0

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Runs `work` when its lane's turn comes.
   * @throws RateLimitError ERR_AUTH_BUSY when the lane or the queue is full; nothing was done then
   */
  async run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#bounds.atOnce) await this.#turn(lane)
    else this.#running++
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  #turn(lane: string): Promise<void> {
    const queue = this.#lanes.get(lane) ?? []
    if (queue.length >= this.#bounds.perLane || this.#waiting >= this.#bounds.altogether) {
      throw new RateLimitError(
        'ERR_AUTH_BUSY',
        'Too many people are signing in at this moment. Try again in a few seconds.',
        5,
      )
    }
    this.#lanes.set(lane, queue)
    this.#waiting++
    return new Promise((resolve) => queue.push(resolve))
  }

  // The place of the finished work goes straight to the next one, so that nobody can slip in between.
  #next(): void {
    for (const [lane, queue] of this.#lanes) {
      this.#lanes.delete(lane)
      const start = queue.shift()
      if (queue.length > 0) this.#lanes.set(lane, queue)
      if (start === undefined) continue
      this.#waiting--
      start()
      return
    }
    this.#running--
  }
}

// libuv has four threads that files and names need too; at most half of them, and never every core.
const atOnce = Math.min(2, Math.max(1, availableParallelism() - 1))

/** The one queue of this process for hashing passwords. */
export const passwordQueue = new LaneQueue({ atOnce, perLane: 24, altogether: 96 })
