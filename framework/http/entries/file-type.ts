/** Which types a browser may show in place. */

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

/** The raster type that the first bytes show; `null` when it is none that we serve as a picture. */
export function imageType(bytes: Uint8Array): string | null {
  const starts = (...signature: readonly number[]) => signature.every((byte, index) => bytes[index] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'image/gif'
  if (
    starts(0x52, 0x49, 0x46, 0x46) &&
    bytes[8] === 0x57 &&
    bytes[9] === 0x45 &&
    bytes[10] === 0x42 &&
    bytes[11] === 0x50
  )
    return 'image/webp'
  return null
}
