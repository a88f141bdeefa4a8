import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { escapeHtml, Flag, html, type Piece, unsafeHtml } from './html.ts'

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  '</title><svg/onload=alert(1)>',
  '`${alert(1)}`',
  '&lt;b&gt;',
  '<!--',
  ']]>',
]

test('a value in a text or an attribute cannot end it, whatever it holds', () => {
  for (const payload of payloads) {
    const text = html`<p title="${payload}">${payload}</p>`.text
    assert.match(text, /^<p title="[^"<>'`]*">[^"<>'`]*<\/p>$/)
  }
})

test('escaped text reads as it was written', () => {
  const decode = (text: string) =>
    text.replace(
      /&(amp|lt|gt|quot|#39|#96);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' })[name] ?? '',
    )
  for (const payload of payloads) assert.equal(decode(escapeHtml(payload)), payload)
  assert.equal(escapeHtml('a\0b\ud800'), 'a\ufffdb\ufffd')
})

test('markup nests, lists join, and nothing is nothing', () => {
  const items: Piece = ['<b>', 2, null, undefined, false, html`<i>${'&'}</i>`]
  assert.equal(html`<ul>${items}</ul>`.text, '<ul>&lt;b&gt;2<i>&amp;</i></ul>')
  assert.equal(
    html`<input ${new Flag('autofocus', true)}><input ${new Flag('autofocus', false)}>`.text,
    '<input autofocus><input >',
  )
})

test('an object that looks like markup is none', () => {
  const fake = { text: '<script>', toString: () => '<script>' } as unknown as Piece
  assert.throws(() => html`<p>${fake}</p>`)
})

test('a value is refused where escaping cannot protect', () => {
  const value = 'x'
  const attacks: (() => unknown)[] = [
    () => html`<p title=${value}>`,
    () => html`<${value}>`,
    () => html`<p ${value}="1">`,
    () => html`<p ${'onclick=alert(1)'}>`,
    () => html`<p onclick="${value}">`,
    () => html`<p style="${value}">`,
    () => html`<iframe srcdoc="${value}">`,
    () => html`<script>${value}</script>`,
    () => html`<style>p { color: ${value} }</style>`,
    () => html`<p title="${html`<b>`}">`,
  ]
  for (const attack of attacks) assert.throws(attack, TypeError, String(attack))
})

test('an address is a path of ours, a fragment or https', () => {
  for (const good of ['/web', '#content', '?a=1', 'https://example.com/'])
    assert.ok(html`<a href="${good}">x</a>`.text.includes(good))
  for (const bad of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    'http://evil.example',
    'vbscript:x',
  ]) {
    assert.throws(() => html`<a href="${bad}">x</a>`, TypeError, bad)
    assert.throws(() => html`<form action="${bad}">`, TypeError, bad)
  }
})

test('raw insertion is named, and nothing in the pages uses it', () => {
  assert.equal(html`<p>${unsafeHtml('made by this test', '<b>bold</b>')}</p>`.text, '<p><b>bold</b></p>')
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('.test.') && !file.endsWith('html.ts'),
  )
  assert.ok(sources.length > 8)
  const uses = sources.filter((file) =>
    /unsafeHtml|new Markup/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  assert.deepEqual(uses, [])
})
