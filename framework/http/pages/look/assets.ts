/** The few files that pages load, each under a name that holds its hash, so that browsers may keep it for ever. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Route } from '../../routes.ts'

interface Asset {
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

function load(file: string, type: string): Asset {
  const body = readFileSync(join(import.meta.dirname, file))
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const [name, ending] = basename(file).split('.')
  return { path: `/web/assets/${name}.${hash}.${ending}`, type, body }
}

/** The style sheet of all pages. */
export const styleSheet: Asset = load('style.css', 'text/css; charset=utf-8')
/** The mark of the product, for the browser's tab. */
export const icon: Asset = load('logo.svg', 'image/svg+xml')

/** Runs methods from the reference. */
export const tryScript: Asset = load('../reference/try-it.js', 'text/javascript; charset=utf-8')

/** Serves them to everybody, at every host: they hold nothing of anybody. */
export const assetRoutes: readonly Route[] = [styleSheet, icon, tryScript].map((asset) => ({
  method: 'GET',
  path: asset.path,
  kind: 'FILE',
  tenant: 'none',
  handler: () => ({ status: 200, type: asset.type, body: asset.body, cache: 'public, max-age=31536000, immutable' }),
}))
