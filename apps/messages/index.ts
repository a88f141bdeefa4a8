/**
 * What other applications may use of messages: the fields of a thread, for the types of models with `mixins: ['mail.thread']`.
 * It sends nothing to anybody.
 */

export type { activities } from './models/activities/activity-mixin.ts'
export type { thread } from './models/thread/mail-thread.ts'
