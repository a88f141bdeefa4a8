/** Hands one statement to the driver, with as little as possible in between. */

import pg from 'pg'

/** The rows of one statement. @throws what the driver throws, raw */
export function send<T>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
  name: string | undefined,
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query<Record<string, unknown>>(text, values as unknown[], (error, result) => {
      if (error) reject(error)
      else resolve(result.rows as T[])
    })
    // Where the configuration is an object the driver copies it first.
    if (name !== undefined) Object.assign(query, { name })
    client.query(query)
  })
}
