/**
 * Who may do what: rights of users as Grants, environments that carry them, named elevation.
 * It never builds queries itself: the compiler of `orm/` asks it at every table and field.
 */

export { bumpEpoch } from './environment.ts'
export { explainAccess, type Explanation, type Question } from './explain/explain.ts'
export { rankRules, type RuleCost } from './explain/rank.ts'
export { bindForCaller } from './rights.ts'
export { languageNames } from './languages.ts'
export { makeTenant, type RightsCache, type Tenant } from './tenant.ts'
export { type CheckedCredential, type EnvOptions, type SystemEnvOptions, withEnv, withSystemEnv } from './with-env.ts'
