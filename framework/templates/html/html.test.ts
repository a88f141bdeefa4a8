import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHtml } from '../escape/text.ts'
import { Flag, html, type Piece, unsafeHtml } from './html.ts'

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

test('raw insertion is named, and is only that', () => {
  assert.equal(html`<p>${unsafeHtml('made by this test', '<b>bold</b>')}</p>`.text, '<p><b>bold</b></p>')
  assert.throws(() => html`<p title="${unsafeHtml('made by this test', 'x')}">`, TypeError)
})

test('a value that is part of an address stays one part of it', () => {
  const at = (value: string) => html`<a href="/doc/${value}?q=${value}#${value}">x</a>`.text
  assert.equal(at('a/b?c&d'), '<a href="/doc/a%2Fb%3Fc%26d?q=a%2Fb%3Fc%26d#a%2Fb%3Fc%26d">x</a>')
  assert.equal(html`<a href="/doc/${'..'}/x">x</a>`.text, '<a href="/doc//x">x</a>')
  for (const attack of [
    () => html`<a href="https://${'evil.example'}/">x</a>`,
    () => html`<a href="https://ours.example${'.evil.example'}">x</a>`,
    () => html`<a href="javascript:f('${'x'}')">x</a>`,
    () => html`<a href="/${'/evil.example'}${'x'}" on="${'x'}">x</a>`,
    () => html`<a href="${'/\t/evil.example'}">x</a>`,
  ])
    assert.throws(attack, TypeError, String(attack))
})

test('a value of a style is a colour, a size or a word', () => {
  assert.equal(
    html`<p style="color: ${'#fff'}; width: ${'10px'}">x</p>`.text,
    '<p style="color: #fff; width: 10px">x</p>',
  )
  for (const bad of ['url(//evil.example)', 'red;background:blue', 'expression(1)', '\\72 ed', '"', '/**/'])
    assert.throws(() => html`<p style="color: ${bad}">x</p>`, TypeError, bad)
})

test('a template that a browser could read in two ways is refused', () => {
  const attacks: (() => unknown)[] = [
    () => html`<!-- ${'x'} -->`,
    () => html`<p title='${'x'}' ${'y'}='1'>`,
    () => html`<noscript><p title="</noscript>${'x'}"></noscript>`,
    () => html`<p title= "${'x'}">`,
    () => html`<p title="${'x'}`,
    () => html`<script>var a = 1`,
    () => html`</p title="${'x'}">`,
    () => html`<img srcset="${'x'}">`,
    () => html`<meta http-equiv="refresh" content="0;url=${'x'}">`,
    () => html`<a <b href="${'x'}">`,
    () => html`<!-->${'x'}-->`,
    () => html`<![CDATA[${'x'}]]>`,
    () => html`<title>${html`<b>x</b>`}</title>`,
    () => html`<input ${new Flag('checked', true)}="${'x'}">`,
  ]
  for (const attack of attacks) assert.throws(attack, TypeError, String(attack))
  assert.equal(html`<title>${'</title><script>'}</title>`.text, '<title>&lt;/title&gt;&lt;script&gt;</title>')
})
