/**
 * What other applications may use of base: rules that models with a hierarchy or a name share.
 * It never declares anything; that happens when the application is loaded.
 */

export { copiesName } from './models/naming.ts'
export { pathBelow, refuseCycle } from './models/hierarchy.ts'
