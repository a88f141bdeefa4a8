/** Recognises passwords that a guessing program tries first: leaked words, keyboard walks and numbers strung together. */

import { commonWords, keyboardWalks } from './common-words.ts'

const words = new Set(commonWords)
const longestWord = Math.max(...commonWords.map((word) => word.length))
const walks = [...keyboardWalks, ...keyboardWalks.map((walk) => [...walk].reverse().join(''))]

// A word costs a guesser more than a number or a walk. Two words and a number still fall; three unrelated words pass.
const wordCost = 2
const fillerCost = 1
const cheap = 5

const disguises: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '1': 'i',
  '!': 'i',
}

/** Whether the password (lower case, normal form) is built from what everybody tries. */
export function isCommonPassword(password: string): boolean {
  const characters = new Set(password)
  if (characters.size < 5) return true
  const plain = password.replace(/[^\p{L}\p{N}]/gu, '')
  const undisguised = [...password]
    .map((c) => disguises[c] ?? c)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
  return [plain, undisguised].some((text) => {
    const unit = repeatedUnit(text)
    return (unit.length < text.length && unit.length < 8) || guessCost(unit) <= cheap
  })
}

// The shortest piece of which the text is a repetition.
function repeatedUnit(text: string): string {
  const again = (text + text).indexOf(text, 1)
  return again > 0 && again < text.length ? text.slice(0, again) : text
}

// The least cost of writing the whole text as a chain of known pieces; endless when that is not possible.
function guessCost(text: string): number {
  const cost: number[] = [0]
  for (let end = 1; end <= text.length; end++) {
    let least = Number.POSITIVE_INFINITY
    for (let start = Math.max(0, end - Math.max(longestWord, 28)); start < end; start++) {
      const before = cost[start] ?? Number.POSITIVE_INFINITY
      if (before < least) least = Math.min(least, before + pieceCost(text.slice(start, end)))
    }
    cost.push(least)
  }
  return cost[text.length] ?? Number.POSITIVE_INFINITY
}

function pieceCost(piece: string): number {
  if (/^([0-9]{1,2}|19[0-9]{2}|20[0-9]{2})$/.test(piece) || (piece.length >= 3 && new Set(piece).size === 1))
    return fillerCost
  if (piece.length >= 4 && walks.some((walk) => walk.includes(piece))) return fillerCost
  return words.has(piece) ? wordCost : Number.POSITIVE_INFINITY
}
