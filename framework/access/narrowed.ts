/** What two users may read both of: less than either, never more. */

import { type Domain, type Grant, mintGrant } from '../orm/index.ts'

const known = new WeakMap<Grant, WeakMap<Grant, Grant>>()

/** The caller's grant, cut to what the other one allows too. It reads only. */
export function narrowedGrant(caller: Grant, other: Grant): Grant {
  const byOther = known.get(caller) ?? new WeakMap<Grant, Grant>()
  known.set(caller, byOther)
  const grant = byOther.get(other) ?? narrow(caller, other)
  byOther.set(other, grant)
  return grant
}

function narrow(caller: Grant, other: Grant): Grant {
  return mintGrant({
    seesExistence: false,
    unlimited: new Set(),
    records(model, operation) {
      if (operation !== 'read') return false
      const [mine, theirs] = [caller.records(model, 'read'), other.records(model, 'read')]
      if (mine === false || theirs === false) return false
      if (mine === true) return theirs
      return theirs === true ? mine : both(mine, theirs)
    },
    field: (model, field, operation) =>
      operation === 'read' && caller.field(model, field, 'read') && other.field(model, field, 'read'),
  })
}

// Two domains side by side are joined by an implied AND; signs in prefix notation stay whole.
function both(a: Domain, b: Domain): Domain {
  return [...a, ...b]
}
