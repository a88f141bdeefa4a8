/** What a checked expression reads. */

import type { Checked } from './checked.ts'

/** Dotted paths of the fields, of the innermost model of `levels` on; and whether caller or clock are asked. */
export function pathsOf(
  root: Checked,
  levels: number,
): { readonly paths: readonly string[]; readonly asksCaller: boolean } {
  const paths = new Set<string>()
  let asksCaller = false
  // Where the records of each level are found from the record that the expression is about; `null`: outside of it.
  const visit = (part: Checked, places: readonly (string | null)[]): void => {
    switch (part.is) {
      case 'given':
      case 'in-group':
        asksCaller = true
        return
      case 'path': {
        const place = placeOf(part, places)
        if (place !== null) paths.add(place)
        return
      }
      case 'has':
        visit(part.path, places)
        return
      case 'count':
        visit(part.list, places)
        return
      case 'any':
      case 'all': {
        visit(part.list, places)
        visit(part.body, [...places, placeOf(part.list, places)])
        return
      }
      default:
        for (const one of partsOf(part)) visit(one, places)
    }
  }
  visit(root, levels > 1 ? [null, ''] : [''])
  return { paths: [...paths], asksCaller }
}

function placeOf(part: Checked & { is: 'path' }, places: readonly (string | null)[]): string | null {
  const from = places[places.length - 1 - part.out]
  if (from === null || from === undefined) return null
  return [...(from === '' ? [] : [from]), ...part.steps.map((step) => step.name)].join('.')
}

function partsOf(part: Checked): readonly Checked[] {
  switch (part.is) {
    case 'call':
      return part.args
    case 'convert':
      return [part.of]
    case 'equal':
    case 'and':
    case 'or':
      return [part.left, part.right]
    case 'if':
      return [part.condition, part.yes, part.no]
    case 'in':
      return [part.item, part.among]
    case 'list':
      return part.items
    default:
      return []
  }
}
