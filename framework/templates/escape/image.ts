/** Pictures by their first bytes, whatever was claimed of them. */

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

/** A picture as an address that needs no request; `null` for bytes that are none. */
export function pictureAddress(base64: string): string | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return null
  const type = imageType(Buffer.from(base64.slice(0, 32), 'base64'))
  return type === null ? null : `data:${type};base64,${base64}`
}
