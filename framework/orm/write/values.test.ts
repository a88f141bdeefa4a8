import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldInfo } from '../registry.ts'
import { sanitize, toColumn } from './values.ts'

const field = (kind: FieldInfo['kind'], options: FieldInfo['options'] = {}) =>
  ({ kind, model: 'x', name: 'y', options }) as unknown as FieldInfo

const harmless =
  /^(p|b|i|u|s|a|img|h[1-6]|div|span|ul|ol|li|table|tbody|thead|tr|td|th|blockquote|pre|code|br|hr|font|del|ins|em|strong|small|sub|sup|caption|col|colgroup|tfoot|dl|dt|dd|abbr|cite|kbd|mark|q|section|article|aside|footer|header|nav|main|figure|figcaption|address|hgroup|bdi|bdo|data|dfn|rb|rp|rt|rtc|ruby|samp|time|var|wbr)$/
const attributes =
  /^(class|style|title|dir|lang|align|href|name|target|rel|src|alt|width|height|colspan|rowspan|color|face|data-o-mail-quote)$/
const values: Readonly<Record<string, RegExp>> = {
  href: /^(?!\s*(javascript|data|vbscript|feed|file):)[ -~]*$/i,
  src: /^(https?:|cid:|data:|\/\/|[^:]*$)/i,
  style: /^(?!.*(url|expression|import|binding|behavior|position|\\))[^<>]*$/i,
}

/** What in well-formed HTML would run, load or cover something; `null` when nothing does. */
function danger(html: string): string | null {
  const rest = html.replace(/<\/?([\w-]+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g, (tag, name: string, given: string) => {
    if (!harmless.test(name)) return `<!${tag}`
    for (const [, attribute = '', , value = ''] of given.matchAll(/([\w-]+)(="([^"]*)")?/g)) {
      const plain = value.replace(/&#?\w+;/g, ' ')
      if (!attributes.test(attribute) || values[attribute]?.test(plain) === false) return `<!${tag}`
    }
    return ''
  })
  return rest.includes('<') ? rest : null
}

const attacks = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="x"/onerror="alert(1)">',
  '<img src=`x`onerror=alert(1)>',
  '<p onclick="x" ONMOUSEOVER=alert(1) on\nfocus=x>y</p>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&#10;script&colon;alert(1)">x</a>',
  '<a href="JaVaScRiPt&#58;alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a xlink:href="javascript:x" href="feed:javascript:alert(1)">x</a>',
  '<svg/onload=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:x"></object><embed src=x>',
  '<form action="javascript:x"><input formaction=javascript:x><button>go</button></form>',
  '<base href="//evil/"><meta http-equiv=refresh content="0;url=javascript:x"><link rel=stylesheet href=//evil>',
  '<style>*{background:url(javascript:x)}</style><style>@import "//evil"</style>',
  '<p style="background-image:url(javascript:x)">y</p>',
  '<p style="color:red;position:fixed;top:0;left:0;width:100%;height:100%">cover</p>',
  '<p style="width:expression(alert(1));-moz-binding:url(//evil)">y</p>',
  '<p style="color: rgb(1,2,3); background-color: u\\72l(//evil)">y</p>',
  '<table background="javascript:x"><td background="javascript:x">y</td></table>',
  '<!--[if IE]><script>alert(1)</script><![endif]-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml-stylesheet href="javascript:x"?>',
  '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<template><script>alert(1)</script></template>',
  '<img src="data:text/html,<script>alert(1)</script>">',
  '<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>',
  '<div data-x="1" contenteditable is=x slot=y>z</div>',
  '<a href="https://good" target="_blank" ping="//evil">x</a>',
]

test('html that is kept runs nothing, loads nothing but pictures, covers nothing; cleaning it twice changes nothing', () => {
  for (const attack of attacks) {
    const kept = sanitize(attack)
    assert.equal(danger(kept), null, `${attack} became ${kept}`)
    assert.equal(sanitize(kept), kept, `${attack} is clean after the first time`)
  }
})

test('the look-out for danger sees it', () => {
  for (const attack of [
    '<script>',
    '<img src="x" onerror="y">',
    '<a href="javascript:x">',
    '<p style="position:fixed">',
    '<!--x-->',
    '<p',
  ])
    assert.notEqual(danger(attack), null, attack)
})

test('html keeps what people write: headings, lists, tables, links, pictures, colours', () => {
  for (const text of [
    '<h1>a</h1><p style="color:red;text-align:center">b <b>c</b> <i>d</i> <u>e</u></p>',
    '<ul><li>a</li></ul><ol><li>b</li></ol><blockquote>c</blockquote><pre>d</pre>',
    '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
    '<a href="https://example.com/?a=1&amp;b=2" target="_blank">a</a><a href="mailto:a@b.c">b</a><a href="/web">c</a>',
    '<img src="https://example.com/a.png" alt="a" width="10" />',
    '<p>1 &lt; 2 &amp; 3 &gt; 2 “é” 😀</p>',
  ])
    assert.equal(sanitize(text), text)
})

test('numbers are what they are written as, and what is none is refused', () => {
  const fine: [FieldInfo, unknown, unknown][] = [
    [field('integer'), ' 42 ', 42],
    [field('integer'), 2.9, 2],
    [field('integer'), -2.9, -2],
    [field('integer'), true, 1],
    [field('integer'), false, 0],
    [field('float'), '2.5', 2.5],
    [field('float'), '1e3', 1000],
    [field('float', { digits: [12, 2] }), 1.005, 1.01],
    [field('float', { digits: [12, 2] }), '2.675', 2.68],
    [field('float', { digits: [12, 2] }), -1.005, -1.01],
    [field('monetary'), '0.1', 0.1],
    [field('char', { size: 3 }), '😀bcd', '😀bc'],
    [field('boolean'), 'false', true],
    [field('date'), '2024-02-29 23:59:59', '2024-02-29'],
    [field('datetime'), '2024-02-29', '2024-02-29 00:00:00'],
  ]
  for (const [one, given, kept] of fine) assert.equal(toColumn(one, given), kept, `${one.kind} ${String(given)}`)
  for (const [one, given] of [
    ...['abc', '', ' ', '2.9', '0x10', '1e3', [], {}].map((v) => [field('integer'), v] as const),
    ...['abc', '', '0x10', 'Infinity', 'NaN', '1e999', Number.POSITIVE_INFINITY, [1]].map(
      (v) => [field('float'), v] as const,
    ),
    ...['2024-02-30', '2024-2-3', '2024-02-29T10:00:00', 5, true].map((v) => [field('date'), v] as const),
    ...['2024-02-29T10:00:00', '2024-02-29 10:00', '2024-02-29 25:00:00', '2024-02-29 10:00:00.5', 5].map(
      (v) => [field('datetime'), v] as const,
    ),
  ])
    assert.throws(() => toColumn(one, given), { name: 'InvalidRequestError' }, `${one.kind} ${JSON.stringify(given)}`)
})
