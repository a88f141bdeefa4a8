import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'

/** A value that must not reach a log, a page or an error: every way of printing it gives `***`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [inspect.custom](): string {
    return 'Secret(***)'
  }
}

/** A fresh password of 256 random bits, in characters that need no quoting anywhere. */
export function randomPassword(): Secret {
  return new Secret(randomBytes(32).toString('base64url'))
}
