/**
 * Work that runs later or by the clock, as a user of a tenant, through the same door as a caller from outside.
 * It never runs anything as nobody, and holds no rights of its own: they are looked up when a job runs.
 */

export { type JobCall, jobMaximumBytes } from './call.ts'
export { type Alarms, openAlarms } from './clock/alarms.ts'
export { keepAlarm } from './clock/changes.ts'
export type { DeadLetter } from './dead-letters.ts'
export {
  type Committing,
  enqueueAfterCommit,
  type EnqueueOptions,
  type Jobs,
  type JobsOptions,
  startJobs,
} from './jobs.ts'
export type { JobDirectory, JobFailure } from './run.ts'
