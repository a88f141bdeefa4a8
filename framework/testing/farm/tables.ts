/** The farm's tables, for statements of tests. */

import { type Sql, sql } from '../../sql/index.ts'
import type { Model } from './data.ts'

export const tables: Readonly<Record<Model, Sql>> = {
  'farm.keeper': sql`farm_keeper`,
  'farm.tag': sql`farm_tag`,
  'farm.animal': sql`farm_animal`,
  'farm.toy': sql`farm_toy`,
}
