/** The ways in which a secret may be written somewhere, and a search for many of them in much text at once. */

/** Length of the beginning by which candidates are found; shorter secrets are not looked for. */
const window = 12

/** A secret in every spelling that programs make of it, with the name of the spelling. */
export function spellingsOf(secret: string | Uint8Array): Map<string, string> {
  const bytes = Buffer.from(secret)
  const all = new Map<string, string>()
  const add = (spelling: string, how: string) => {
    if (spelling.length >= window && !all.has(spelling)) all.set(spelling, how)
  }
  if (typeof secret === 'string') {
    add(secret, 'as it is')
    add(JSON.stringify(secret).slice(1, -1), 'in JSON')
    add(encodeURIComponent(secret), 'in an address')
    add(new URLSearchParams({ x: secret }).toString().slice(2), 'in a form')
    add(secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'), 'in markup')
    add(Buffer.from(secret, 'utf16le').toString('latin1'), 'in UTF-16')
  }
  add(bytes.toString('hex'), 'in hex')
  add(bytes.toString('hex').toUpperCase(), 'in hex')
  for (const encoding of ['base64', 'base64url'] as const)
    for (let shift = 0; shift < 3; shift++) {
      // What stands before and behind in the same stream changes the outer characters.
      const text = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .replace(/=+$/, '')
      add(text.slice(shift === 0 ? 0 : shift + 1, text.length - 1), `in ${encoding}`)
    }
  return all
}

export interface Found {
  readonly secret: string
  readonly how: string
}

/** A search for these secrets, by their names. */
export function searchFor(secrets: ReadonlyMap<string, string | Uint8Array>): (text: string) => Found[] {
  const byBeginning = new Map<string, { spelling: string; found: Found }[]>()
  for (const [name, secret] of secrets)
    for (const [spelling, how] of spellingsOf(secret)) {
      const beginning = spelling.slice(0, window)
      const list = byBeginning.get(beginning) ?? []
      list.push({ spelling, found: { secret: name, how } })
      byBeginning.set(beginning, list)
    }
  return (text) => {
    const found = new Set<Found>()
    for (let at = 0; at + window <= text.length; at++) {
      const candidates = byBeginning.get(text.slice(at, at + window))
      if (candidates === undefined) continue
      for (const { spelling, found: one } of candidates) if (text.startsWith(spelling, at)) found.add(one)
    }
    return [...found]
  }
}
