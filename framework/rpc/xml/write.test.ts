import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeFault, writeResult } from './write.ts'

const inner = (text: string) => text.slice(text.indexOf('<param>') + 8, text.indexOf('</param>')).replaceAll('\n', '')

test('results are written as XML-RPC values', () => {
  assert.equal(
    inner(writeResult([1, true, 'a', 1.5, {}])),
    '<value><array><data><value><int>1</int></value><value><boolean>1</boolean></value><value><string>a</string></value><value><double>1.5</double></value><value><struct></struct></value></data></array></value>',
  )
  assert.equal(
    inner(writeResult({ a: null })),
    '<value><struct><member><name>a</name><value><nil/></value></member></struct></value>',
  )
})

test('a number of a float field leaves as a double, also when it is whole', () => {
  assert.match(
    writeResult([{ amount_total: 10, color: 10 }], new Set(['amount_total'])),
    /amount_total<\/name>\n<value><double>10\.0<\/double>[\s\S]*color<\/name>\n<value><int>10<\/int>/,
  )
})

test('integers beyond 32 bits are marked as such', () => {
  assert.match(writeResult(2_147_483_647), /<int>2147483647</)
  assert.match(writeResult(2_147_483_648), /<i8>2147483648</)
})

test('markup is escaped and characters that XML cannot carry are left out', () => {
  assert.equal(
    inner(writeResult('<a href="x">&\u0000\u0008\ud800 é 日本 😀</a>')),
    '<value><string>&lt;a href="x"&gt;&amp; é 日本 😀&lt;/a&gt;</string></value>',
  )
  assert.match(writeResult('a\r\nb'), /a&#13;\nb/)
})

test('a call that returns nothing is a fault, as its clients know it', () => {
  assert.throws(() => writeResult(undefined), { code: 'ERR_RPC_XML_NONE' })
  assert.throws(() => writeResult(null), { code: 'ERR_RPC_XML_NONE' })
})

test('a fault carries a number or, on the old paths, a text as its code', () => {
  assert.match(writeFault({ faultCode: 4, faultString: 'no <b>' }), /<int>4<\/int>[\s\S]*no &lt;b&gt;/)
  assert.match(writeFault({ faultCode: 'AccessDenied', faultString: '' }), /<string>AccessDenied<\/string>/)
})
