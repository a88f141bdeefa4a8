/** Names under which files are offered. */

/** RFC 6266 with RFC 8187: a plain name for old clients, the exact one for the others; no quote, path or line break survives. */
export function contentDisposition(how: 'inline' | 'attachment', name: string): string {
  const clean = fileName(name)
  const plain = clean.replace(/[^\x20-\x7e]/g, '_').replace(/["%;]/g, '_')
  const exact = encodeURIComponent(clean).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${how}; filename="${plain}"${plain === clean ? '' : `; filename*=UTF-8''${exact}`}`
}

/** A name that is one part of a path and shows what it ends with: no slash, control or direction sign, 200 characters at most. */
export function fileName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}/\\]/gu, '_')
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return clean === '' || /^\.+$/.test(clean) ? 'file' : clean
}
