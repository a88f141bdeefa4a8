/** Loaded before a test file with `--import`: gives out one source file with one clause taken away. Nothing on disk changes. */

import { registerHooks } from 'node:module'
import { auditMutants } from './audit-mutants.ts'
import { mutants } from './mutants.ts'

const name = process.env.HOLDFAST_MUTANT ?? ''
const inKernel = mutants.map((one) => ({ ...one, file: `framework/${one.file}` }))
const mutant = [...inKernel, ...auditMutants].find((one) => one.name === name)
if (!mutant) throw new TypeError(`There is no mutant '${name}'.`)
const path = `/${mutant.file}`

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith(path)) return loaded
    const source = String(
      typeof loaded.source === 'string' ? loaded.source : Buffer.from((loaded.source ?? []) as Uint8Array),
    )
    if (!source.includes(mutant.clause))
      throw new TypeError(`The clause of the mutant '${name}' is no longer in ${mutant.file}.`)
    return { ...loaded, source: source.replaceAll(mutant.clause, mutant.instead) }
  },
})
