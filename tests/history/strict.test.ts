import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cookieOf } from '../support/index.ts'
import { formFrom, Scene } from './scene.ts'

/** Everything is decoded once, in one way: where two readers may differ, nobody reads. */
describe('a request that can be read in two ways', () => {
  const scene = new Scene()
  const json = { 'content-type': 'application/json' }
  const ask = '"model":"res.currency","method":"search_count"'

  it('is refused where a name stands twice in an object of JSON, however it is written', async () => {
    const { admin } = scene.people
    const cookie = await cookieOf(scene.server, scene.acme, admin)
    const key = { ...json, authorization: `bearer ${admin.key}`, 'x-odoo-database': 'acme' }
    const at = '/json/2/res.currency/search_count'
    for (const [path, headers, body, isGood] of [
      ['/web/dataset/call_kw', { ...json, cookie }, `{"params":{${ask},"args":[[]],"kwargs":{}}}`, true],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"args":[[["name","=","a\\":{\\"b\\":1"]]],"kwargs":{}}}`,
        true,
      ],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"args":[[["name","=","\\\\"]]],"kwargs":{"context":{"a:b":1}}}}`,
        true,
      ],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"method":"unlink","args":[[]],"kwargs":{}}}`,
        false,
      ],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"meth\\u006fd":"unlink","args":[[]],"kwargs":{}}}`,
        false,
      ],
      ['/web/dataset/call_kw', { ...json, cookie }, `{"params":{},"params":{${ask},"args":[[]],"kwargs":{}}}`, false],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"args":[[]],"kwargs":{"context":{"lang":"en_US","lang":"x"}}}}`,
        false,
      ],
      [
        '/web/dataset/call_kw',
        { ...json, cookie },
        `{"params":{${ask},"args":[[{"__proto__":1,"__proto__":2}]],"kwargs":{}}}`,
        false,
      ],
      ['/jsonrpc', json, `{"params":{"service":"common","service":"object","method":"version","args":[]}}`, false],
      ['/jsonrpc', json, `{"params":{"service":"common","method":"version","args":[]}}`, true],
      [at, key, '{"domain":[]}', true],
      [at, key, '{"domain":[["id","=",0]],"domain":[]}', false],
    ] as const) {
      const answer = await scene.server.send({ path, headers, body })
      assert.equal(/"result":|^\d+$/.test(answer.text), isGood, `${body}: ${answer.status} ${answer.text}`)
      if (!isGood) assert.equal(answer.status, 400)
    }
  })

  it('is refused where a name stands twice in a struct of XML-RPC', async () => {
    const { admin } = scene.people
    const member = (name: string) => `<member><name>${name}</name><value><int>1</int></value></member>`
    const call = (members: string) => {
      const first = ['acme', 2, admin.password, 'res.currency', 'search_count'].map((one) =>
        typeof one === 'number' ? `<int>${one}</int>` : `<string>${one}</string>`,
      )
      const all = [
        ...first,
        '<array><data><value><array><data/></array></value></data></array>',
        `<struct>${members}</struct>`,
      ]
      const params = all.map((one) => `<param><value>${one}</value></param>`).join('')
      const body = `<?xml version="1.0"?><methodCall><methodName>execute_kw</methodName><params>${params}</params></methodCall>`
      return scene.server.send({ path: '/xmlrpc/2/object', headers: { 'content-type': 'text/xml' }, body })
    }
    assert.doesNotMatch((await call(member('limit'))).text, /<fault>/)
    for (const members of [member('limit') + member('limit'), member('limit') + member('&#108;imit')]) {
      const answer = await call(members)
      assert.ok(answer.status === 400 || /<fault>/.test(answer.text), answer.text)
    }
  })

  it('is refused where a field stands twice in a form', async () => {
    const { ben } = scene.people
    const body = `login=${ben.login}&password=${encodeURIComponent(ben.password)}`
    const send = (form: string) => scene.page(null, { path: '/web/login', headers: formFrom(scene.origin), body: form })
    assert.equal((await send(`login=admin&${body}`)).status, 400)
    assert.equal((await send(`${body}&password=x`)).status, 400)
    assert.equal((await send(`${body}&l%6fgin=admin`)).status, 400)
    assert.equal((await send(body)).status, 303)
  })

  it('is refused where its bytes are not UTF-8', async () => {
    const { connect } = await import('node:net')
    const body = Buffer.concat([
      Buffer.from('{"params":{"service":"common","method":"version","args":[],"x":"'),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}}'),
    ])
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(scene.server.httpPort, '127.0.0.1', () => {
        socket.write(
          `POST /jsonrpc HTTP/1.1\r\nhost: localhost:${scene.server.httpPort}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
        )
        socket.write(body)
      })
      let text = ''
      socket.on('data', (part) => (text += part.toString('latin1')))
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    assert.match(answer, /^HTTP\/1\.1 400 /)
  })
})
