/** The names of the queues. */

export const queues = {
  calls: 'calls',
  cron: 'cron',
  /** What failed for good; stays until somebody looks at it, at most 90 days. */
  dead: 'dead-letters',
} as const
