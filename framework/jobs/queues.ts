/** The names of the queues. */

export const queues = {
  calls: 'calls',
  /** The beat of the clock: one job a minute, for all processes together. */
  clock: 'clock',
  /** Tenants that have to be looked at: scheduled actions that are due, upkeep. */
  tenants: 'tenants',
  /** What failed for good; stays until somebody looks at it, at most 90 days. */
  dead: 'dead-letters',
} as const
