/** The broken twin of the door to PostgreSQL: texts of callers become part of the statement, as a careless programmer writes it. */

import type { FilledStatement, Pool, Sql } from '#framework/sql/index.ts'

/** A pool that splices every text into its statement unescaped; all other values stay bound. Transactions are left alone. */
export function splicing(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== 'query') {
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (statement: Sql | FilledStatement, options: object = {}) =>
        target.query(spliced(statement) as Sql, { ...options, prepared: false })
    },
  })
}

function spliced(statement: Sql | FilledStatement): Pick<Sql, 'compile'> {
  const { text, values } = statement.compile()
  const kept: (typeof values)[number][] = []
  const places = new Map<number, string>()
  const whole = text.replace(/\$(\d+)/g, (_, digits: string) => {
    const at = Number(digits)
    let place = places.get(at)
    if (place === undefined) {
      const value = values[at - 1] ?? null
      if (typeof value === 'string') place = `'${value}'`
      else {
        kept.push(value)
        place = `$${kept.length}`
      }
      places.set(at, place)
    }
    return place
  })
  return { compile: () => ({ text: whole, values: kept }) }
}
