/** Gives each computed field the shape that it asked for when several share one read. */

type Row = Record<string, unknown>

/**
 * Turns a record that was read for many paths into one of exactly these: where another field wanted to go through a
 * relation (`parent_id.name`) and this one wants the relation itself (`parent_id`), its id takes the object's place.
 */
export function narrower(own: readonly string[], all: readonly string[]): (row: Row) => Row {
  const plain = own.filter(
    (path) => !own.some((other) => other.startsWith(`${path}.`)) && all.some((other) => other.startsWith(`${path}.`)),
  )
  if (plain.length === 0) return (row) => row
  const paths = plain.map((path) => path.split('.'))
  return (row) => paths.reduce(narrowed, row)
}

function narrowed(row: Row, [head = '', ...rest]: readonly string[]): Row {
  const value = row[head]
  const change =
    rest.length === 0
      ? idOf
      : (inner: unknown) => (inner !== null && typeof inner === 'object' ? narrowed(inner as Row, rest) : inner)
  return { ...row, [head]: Array.isArray(value) ? value.map(change) : change(value) }
}

function idOf(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'id' in value ? value.id : value
}
