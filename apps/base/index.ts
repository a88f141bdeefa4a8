/**
 * What other applications may use of base: rules that models with a hierarchy share.
 * It never declares anything; that happens when the application is loaded.
 */

export { pathBelow, refuseCycle } from './models/hierarchy.ts'
