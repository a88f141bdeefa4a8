import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'
import { policyOf, scriptedPolicy } from '../../answer/headers.ts'
import { errorPage } from '../error-page.ts'
import { styleSheet } from './assets.ts'

const css = readFileSync(join(import.meta.dirname, 'style.css'), 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')

function colour(scheme: string, name: string): number[] {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(scheme)?.[1]
  assert(hex, name)
  return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
}

// WCAG 2.2 §1.4.3: relative luminance and contrast ratio.
function contrast(one: number[], two: number[]): number {
  const luminance = (rgb: number[]) => {
    const [r = 0, g = 0, b = 0] = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [high = 0, low = 0] = [luminance(one), luminance(two)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

const pairs = [
  ['ink', 'ground'],
  ['ink', 'surface'],
  ['ink', 'sunken'],
  ['ink-soft', 'ground'],
  ['ink-soft', 'surface'],
  ['ink-soft', 'sunken'],
  ['accent', 'surface'],
  ['accent', 'ground'],
  ['accent-strong', 'accent-ground'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['danger', 'surface'],
  ['danger', 'danger-ground'],
  ['good', 'good-ground'],
] as const

test('text stands out from its ground by 4.5 to 1 at least, in light and dark', () => {
  for (const [scheme, text] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    for (const [ink, ground] of pairs) {
      const ratio = contrast(colour(text, ink), colour(text, ground))
      assert.ok(ratio >= 4.5, `${scheme}: ${ink} on ${ground} is ${ratio.toFixed(2)}`)
    }
  }
})

test('no page carries a script, an inline style or an event handler', () => {
  const page = errorPage(500, 'abc123')
  assert.ok(page.includes(styleSheet.path) && page.includes('abc123'))
  assert.doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=/i)
})

for (const kind of ['PAGE', 'LINK'] as const) {
  test(`the evaluator finds nothing wrong with the policy of a ${kind}`, () => {
    assert.ok(
      new CspEvaluator(new CspParser("script-src 'unsafe-inline'").csp).evaluate().length > 0,
      'it finds what is wrong',
    )
    const findings = new CspEvaluator(new CspParser(policyOf(kind)).csp).evaluate()
    assert.deepEqual(
      findings.map((finding) => finding.description),
      [],
    )
  })
}

test('the evaluator finds nothing wrong with the policy of a page with a script of ours, whose nonce must be a long one', () => {
  const policy = scriptedPolicy('r4nd0mr4nd0mr4nd0mr4nd0m')
  assert.deepEqual(
    new CspEvaluator(new CspParser(policy).csp).evaluate().map((finding) => finding.description),
    [],
  )
  assert.equal(policy.includes("require-trusted-types-for 'script'"), true)
  for (const nonce of ['', 'short', "x'; script-src *; '".padEnd(30, 'x')]) assert.throws(() => scriptedPolicy(nonce))
})
