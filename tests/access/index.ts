/**
 * A company with a secret in it, for attacks of other folders: an order of rita's that sam must not notice.
 * It judges no answer; whoever attacks says what must not come.
 */

export { canary, canaryPrice, makeWorld, probes, type World } from './world.ts'
