/** What a script may take. The process that runs scripts enforces these for their users' sake, its parent for everybody's. */

export interface Limits {
  /** Processor time of the script itself; waiting for calls does not count. */
  readonly scriptMs: number
  /** Time by the clock without a message while the script runs; then the process is killed. */
  readonly killMs: number
  /** Time by the clock for all of a run, calls included. */
  readonly wallMs: number
  /** How long a run may wait for its turn. */
  readonly waitMs: number
  readonly memoryBytes: number
  readonly stackBytes: number
  readonly calls: number
  readonly logLines: number
  readonly logBytes: number
  /** The text of a script. */
  readonly sourceBytes: number
  /** Input, result, and either direction of a call, as JSON text. */
  readonly dataBytes: number
  /** How deep lists and dictionaries may lie in each other in any of them. */
  readonly depth: number
}

export const defaultLimits: Limits = {
  scriptMs: 200,
  killMs: 1500,
  wallMs: 30_000,
  waitMs: 10_000,
  memoryBytes: 16 << 20,
  stackBytes: 256 << 10,
  calls: 100,
  logLines: 100,
  logBytes: 16_384,
  sourceBytes: 65_536,
  dataBytes: 1 << 20,
  depth: 64,
}
