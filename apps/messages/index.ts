/**
 * What other applications may use of messages: posting on records of their models.
 * It sends nothing to anybody.
 */

export { chatter, chatterApi } from './models/chatter.ts'
