// Loaded before a test file with `--import`: gives out one source file with one clause changed. Nothing on disk changes.
// HOLDFAST_SEEDED: {"file", "start", "end", "instead"} with places in the source, or {"file", "clause", "instead"}.

import { registerHooks } from 'node:module'

type Seeded = { readonly file: string; readonly instead: string } & (
  | { readonly start: number; readonly end: number }
  | { readonly clause: string }
)

const seeded = JSON.parse(process.env.HOLDFAST_SEEDED ?? 'null') as Seeded | null
if (seeded === null) throw new TypeError('HOLDFAST_SEEDED says what is changed.')

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith(`/${seeded.file}`)) return loaded
    const source = String(
      typeof loaded.source === 'string' ? loaded.source : Buffer.from((loaded.source ?? []) as Uint8Array),
    )
    return { ...loaded, source: changed(source) }
  },
})

function changed(source: string): string {
  if (seeded === null) return source
  if ('start' in seeded) return source.slice(0, seeded.start) + seeded.instead + source.slice(seeded.end)
  if (!source.includes(seeded.clause)) throw new TypeError(`The clause is no longer in ${seeded.file}.`)
  return source.replaceAll(seeded.clause, seeded.instead)
}
