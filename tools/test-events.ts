// A reporter for node:test that writes one JSON line per result, for tools/test.ts to add up.
import type { TestEvent } from 'node:test/reporters'

/** One finished test (suites are told apart) as it leaves a test file's process. */
export interface TestResult {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly isSuite: boolean
  readonly name: string
  readonly nesting: number
  readonly durationMs: number
  /** Why it was skipped, where the test says so. */
  readonly reason: string | null
  /** The error in full, stack and causes; null unless failed. */
  readonly error: string | null
  /** Whether it failed only because a test inside it did. */
  readonly isEcho: boolean
}

/** Turns the events of node:test into JSON lines. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const { inspect } = await import('node:util')
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { name, nesting, details, skip, todo } = event.data
    const isSkipped = skip !== undefined || todo !== undefined
    const error = event.type === 'test:fail' && !isSkipped ? (event.data.details.error as FailedError) : null
    const result: TestResult = {
      outcome: isSkipped ? 'skipped' : error ? 'failed' : 'passed',
      isSuite: details.type === 'suite',
      name,
      nesting,
      durationMs: details.duration_ms,
      reason: isSkipped ? reasonOf(skip, todo) : null,
      error: error ? inspect(error.cause ?? error, { depth: 6 }) : null,
      isEcho: error?.failureType === 'subtestsFailed',
    }
    yield `${JSON.stringify(result)}\n`
  }
}

interface FailedError extends Error {
  readonly failureType?: string
}

function reasonOf(skip: string | boolean | undefined, todo: string | boolean | undefined): string {
  if (typeof skip === 'string' && skip !== '') return skip
  return typeof todo === 'string' && todo !== '' ? `to do: ${todo}` : 'no reason given'
}
