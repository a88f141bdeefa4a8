/** The stage of the historical attacks: one running server, calls as its people, and how refusals are judged. */

import assert from 'node:assert/strict'
import { before } from 'node:test'
import { withSystemEnv } from '#framework/access/index.ts'
import type { Env } from '#framework/orm/index.ts'
import {
  callBy,
  cookieOf,
  type Outcome,
  protocols,
  type Received,
  type Sent,
  startServer,
  type TestServer,
  type TestServerOptions,
  type Who,
} from '../support/index.ts'

export type Arguments = readonly [args?: readonly unknown[], kwargs?: Readonly<Record<string, unknown>>]

/** A server that is there when the tests of a file run. */
export class Scene {
  #server: TestServer | undefined

  constructor(options: TestServerOptions = {}) {
    before(async () => {
      this.#server = await startServer(options)
    })
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('The server starts before the first test.')
    return this.#server
  }

  get acme() {
    return this.server.acme
  }

  get people() {
    return this.server.acme.people
  }

  /** A call of JSON-RPC as somebody of the first company. */
  as(who: Who, model: string, method: string, ...[args = [], kwargs = {}]: Arguments): Promise<Outcome> {
    return callBy('JSON-RPC', this.server, this.acme, this.people[who], { model, method, args, kwargs })
  }

  /** The same call by every protocol, one after the other. */
  async byAll(who: Who, model: string, method: string, ...[args = [], kwargs = {}]: Arguments): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const protocol of protocols)
      outcomes.push(await callBy(protocol, this.server, this.acme, this.people[who], { model, method, args, kwargs }))
    return outcomes
  }

  /** What a call gives that has to succeed. */
  async made<T = number>(who: Who, model: string, method: string, ...more: Arguments): Promise<T> {
    const outcome = await this.as(who, model, method, ...more)
    assert.ok(outcome.ok, `${model}.${method}: ${outcome.text}`)
    return outcome.value as T
  }

  /** Makes records beside the rules; the test's own hand. */
  set<T>(run: (env: Env) => Promise<T>): Promise<T> {
    return withSystemEnv(this.acme.tenant, 'test.history', { mode: 'write' }, run)
  }

  /** A page of the first company over HTTPS, with somebody's session or none. */
  async page(who: Who | null, sent: Sent): Promise<Received> {
    const cookie = who === null ? {} : { cookie: await cookieOf(this.server, this.acme, this.people[who]) }
    return this.server.sendSecurely({
      host: 'acme.localhost',
      ...sent,
      headers: { ...cookie, ...sent.headers },
    })
  }

  /** Where pages of the first company come from. */
  get origin(): string {
    return `https://acme.localhost:${this.server.httpsPort}`
  }
}

/** Refused as a request, and not by a fault of ours. */
export function assertRefused(outcome: Outcome, what = ''): void {
  assert.equal(outcome.ok, false, `${what} was not refused: ${outcome.text.slice(0, 300)}`)
  assert.ok(!/ERR_SERVER|InternalError/.test(outcome.text) && outcome.status < 500, `${what}: ${outcome.text}`)
}

/** Headers of a form that a page of the server itself sends. */
export function formFrom(origin: string): Readonly<Record<string, string>> {
  return { 'content-type': 'application/x-www-form-urlencoded', origin }
}

/** An id that no record has. */
export const absent = 1_999_999_999
