import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../errors.ts'
import { limits, parseCall } from './parse.ts'

const call = (value: string) =>
  `<?xml version='1.0'?><methodCall><methodName>m</methodName><params><param>${value}</param></params></methodCall>`
const one = (value: string) => parseCall(call(value)).params[0]

function refused(text: string, reason?: RegExp): void {
  assert.throws(
    () => parseCall(text),
    (error: unknown) =>
      error instanceof AppError && error.code === 'ERR_RPC_XML' && (reason?.test(error.message) ?? true),
  )
}

test('every type of XML-RPC becomes the value that Odoo would see', () => {
  assert.equal(one('<value>bare text</value>'), 'bare text')
  assert.equal(one('<value><string> kept &amp; &lt;spaces&gt; </string></value>'), ' kept & <spaces> ')
  assert.equal(one('<value/>'), '')
  assert.equal(one('<value><int>-7</int></value>'), -7)
  assert.equal(one('<value><i4> 42 </i4></value>'), 42)
  assert.equal(one('<value><i8>9007199254740991</i8></value>'), 9007199254740991)
  assert.equal(one('<value><boolean>1</boolean></value>'), true)
  assert.equal(one('<value><double>1.5e3</double></value>'), 1500)
  assert.equal(one('<value><nil/></value>'), null)
  assert.equal(one('<value><dateTime.iso8601>20240229T13:30:05</dateTime.iso8601></value>'), '2024-02-29 13:30:05')
  assert.equal(one('<value><base64>aGVs\n bG8=</base64></value>'), 'aGVsbG8=')
  assert.equal(one('<value><![CDATA[<b>]]></value>'), '<b>')
  assert.deepEqual(
    one('<value><array><data><value>a</value><value><array><data/></array></value></data></array></value>'),
    ['a', []],
  )
  assert.deepEqual(
    one('<value> <struct>\n<member><name>k</name><value><int>1</int></value></member></struct> </value>'),
    { k: 1 },
  )
})

test('a document type is refused, so neither entity bombs nor external entities exist', () => {
  refused(
    `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;">]><methodCall><methodName>&lol1;</methodName></methodCall>`,
    /document type/,
  )
  refused(
    `<!DOCTYPE m SYSTEM "file:///etc/passwd"><methodCall><methodName>m</methodName></methodCall>`,
    /document type/,
  )
  refused(`<!DOCTYPE m [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><methodCall/>`, /document type/)
  refused(call('<value>&unknown;</value>'))
})

test('processing instructions, foreign encodings and elements out of place are refused', () => {
  refused(
    `<?xml version='1.0'?><?xml-stylesheet href="x"?><methodCall><methodName>m</methodName></methodCall>`,
    /processing instruction/,
  )
  refused(`<?xml version='1.0' encoding='utf-16'?><methodCall><methodName>m</methodName></methodCall>`, /UTF-8/)
  refused(call('<value><script>1</script></value>'), /unknown type/)
  refused(call('<value><int>1</int><int>2</int></value>'), /two things/)
  refused('<html/>')
  refused('<methodCall><params/></methodCall>', /names no method/)
  refused('<oops')
  refused('')
})

test('nesting is bounded, and so is the number of elements', () => {
  const nested = (depth: number) =>
    call(`${'<value><array><data>'.repeat(depth)}${'</data></array></value>'.repeat(depth)}`)
  assert.doesNotThrow(() => parseCall(nested(limits.depth)))
  refused(nested(limits.depth + 1), /too deeply/)
  refused(nested(50_000), /too deeply/)
  refused(
    `<methodCall><methodName>m</methodName><params>${'<param><value/></param>'.repeat(limits.elements / 2)}</params></methodCall>`,
    /too many elements/,
  )
})

test('numbers that are none, or too large to be exact, are refused', () => {
  for (const bad of ['', '1.5', '0x10', '99999999999999999999', '9007199254740993', `${'9'.repeat(1_000_000)}`, 'NaN'])
    refused(call(`<value><int>${bad}</int></value>`))
  for (const bad of ['', 'NaN', 'inf', '1e999', '1,5']) refused(call(`<value><double>${bad}</double></value>`))
  refused(call('<value><boolean>2</boolean></value>'))
  refused(call('<value><dateTime.iso8601>yesterday</dateTime.iso8601></value>'))
})

test('control characters that XML 1.0 forbids are refused, written out or as references', () => {
  refused(call('<value>a\u0000b</value>'))
  refused(call('<value>a\u0008b</value>'))
  refused(call('<value>a&#0;b</value>'))
  refused(call('<value>a&#x8;b</value>'))
})

test('a member named __proto__ is data and changes no prototype', () => {
  const value = one(
    '<value><struct><member><name>__proto__</name><value><struct><member><name>admin</name><value><boolean>1</boolean></value></member></struct></value></member></struct></value>',
  ) as Record<string, unknown>
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(value['admin'], undefined)
  assert.deepEqual(Object.keys(value), ['__proto__'])
  assert.equal(({} as Record<string, unknown>)['admin'], undefined)
})
