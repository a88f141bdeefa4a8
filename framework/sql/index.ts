/**
 * The only door to PostgreSQL: fragments with bound parameters, pools, transactions.
 * It never builds SQL from a string, and knows neither models nor rights.
 */

export { copyIn, copyOut, type CopyTarget } from './copy.ts'
export { empty, guard, id, inlined, join, literal, Sql, sql, type SqlValue, whole } from './fragment.ts'
export {
  type Cancellation,
  type DatabaseAddress,
  openPool,
  type Pool,
  type PoolOptions,
  type Queryable,
  type QueryOptions,
  type Row,
} from './pool.ts'
export { type FilledStatement, hole, Template } from './template.ts'
export {
  type Guard,
  type AtCommit,
  type MakeStatement,
  type TakeRows,
  type Transaction,
  type TransactionOptions,
  withTransaction,
} from './transaction.ts'
export { ConstraintViolation, isRetryable, translate } from './translate.ts'
