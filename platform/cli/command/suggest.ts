/** "Did you mean …?" */

/** The known words closest to what was typed, best first, at most three; none when nothing is near. */
export function nearest(typed: string, known: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(typed.length / 3))
  const near = known
    .map((word) => ({ word, far: word.startsWith(typed) && typed.length > 1 ? 0 : distance(typed, word) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
  // Beside a word that nearly fits, those that hardly do are noise.
  const best = near[0]?.far ?? 0
  return near
    .filter(({ far }) => far <= best + 1)
    .slice(0, 3)
    .map(({ word }) => word)
}

/** Edits (insert, delete, replace, swap neighbours) between two words: Damerau–Levenshtein, optimal string alignment. */
export function distance(a: string, b: string): number {
  // Words of a command line are short; a pasted page must not cost a quadratic table.
  if (a.length > 60 || b.length > 60) return Number.POSITIVE_INFINITY
  const width = b.length + 1
  const table = new Array<number>((a.length + 1) * width).fill(0)
  const at = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = 0; i <= a.length; i++) table[i * width] = i
  for (let j = 0; j <= b.length; j++) table[j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1)
      table[i * width + j] = best
    }
  }
  return at(a.length, b.length)
}
