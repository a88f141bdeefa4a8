/** Numbers that an administrator sets in `ir.config_parameter`, kept within bounds. */

import { type Queryable, sql } from '../sql/index.ts'

export interface NumberSetting {
  readonly key: string
  readonly initial: number
  readonly least: number
  readonly most: number
}

/** The settings of this room; the two of the cool-down have Odoo's names. */
export const settings = {
  /** Characters (code points) of a password. NIST SP 800-63B §3.1.1.2: 15 where it is the only factor. */
  passwordMinimumLength: { key: 'auth.password_minimum_length', initial: 15, least: 8, most: 128 },
  /** Failures from one source on one account that bring a cool-down. */
  cooldownAfter: { key: 'base.login_cooldown_after', initial: 5, least: 1, most: 100 },
  /** Seconds of the first cool-down; each further failure doubles it. */
  cooldownSeconds: { key: 'base.login_cooldown_duration', initial: 60, least: 1, most: 86_400 },
  /** Minutes without a request after which a session ends. */
  sessionIdleMinutes: { key: 'auth.session_idle_minutes', initial: 720, least: 5, most: 43_200 },
  /** Hours after which a session ends however busy it is. */
  sessionAbsoluteHours: { key: 'auth.session_absolute_hours', initial: 24, least: 1, most: 720 },
} as const satisfies Record<string, NumberSetting>

/** Reads several settings in one query; a missing or unreadable one has its initial value, one out of bounds the bound. */
export async function readSettings<K extends string>(
  db: Queryable,
  wanted: Readonly<Record<K, NumberSetting>>,
): Promise<Record<K, number>> {
  const entries = Object.entries(wanted) as [K, NumberSetting][]
  const keys = entries.map(([, setting]) => setting.key)
  const rows = await db.query<{ key: string; value: string | null }>(
    sql`SELECT key, value FROM ir_config_parameter WHERE key = ANY(${keys})`,
  )
  const found = new Map(rows.map((row) => [row.key, row.value]))
  const result = {} as Record<K, number>
  for (const [name, setting] of entries) result[name] = parse(found.get(setting.key), setting)
  return result
}

function parse(text: string | null | undefined, setting: NumberSetting): number {
  if (text === null || text === undefined || !/^\s*-?[0-9]{1,9}\s*$/.test(text)) return setting.initial
  return Math.min(setting.most, Math.max(setting.least, Number(text)))
}
