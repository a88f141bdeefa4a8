/** Which texts can be a password, and in which spellings a typed one is tried. */

/** Longest password in bytes of UTF-8; longer input is refused before anything is computed with it. */
export const passwordMaximumBytes = 1024

/**
 * A NUL is refused because HMAC pads a short key with zeros, so that `abc` and `abc\0` would be one password; half a
 * surrogate pair because UTF-8 cannot hold it and all of them would become the same character.
 */
export function isUsablePassword(password: string): boolean {
  return (
    password.length > 0 &&
    password.length <= passwordMaximumBytes &&
    Buffer.byteLength(password, 'utf8') <= passwordMaximumBytes &&
    !password.includes('\0') &&
    password.isWellFormed()
  )
}

/**
 * The normal form first, so that the same password typed on another keyboard is the same bytes; then the raw text where
 * it differs, for hashes that came from another program.
 */
export function spellings(password: string): readonly [string, ...string[]] {
  const normal = password.normalize('NFKC')
  return normal === password ? [normal] : [normal, password]
}
