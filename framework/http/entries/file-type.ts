/** Which types a browser may show in place. */

import { imageType } from '../../templates/index.ts'

/** Types that run nothing and that browsers show as they are. Everything else is offered for download. */
const inlineTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'text/plain'])

/** The content type to send, and whether it may be shown in place. A type that could run is sent as plain bytes. */
export function servedType(
  claimed: string | undefined,
  bytes: Uint8Array,
): { readonly type: string; readonly inline: boolean } {
  const type = (claimed ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  // A picture is what its first bytes say, whatever was claimed.
  const seen = imageType(bytes)
  if (seen !== null) return { type: seen, inline: true }
  if (type === 'text/plain') return { type: 'text/plain; charset=utf-8', inline: true }
  if (inlineTypes.has(type) || !/^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,100}$/.test(type) || runs(type))
    return { type: 'application/octet-stream', inline: false }
  return { type, inline: false }
}

function runs(type: string): boolean {
  return /html|xml|svg|script|mhtml|multipart|flash/.test(type)
}
