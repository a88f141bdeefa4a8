import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { atEnd } from '#framework/testing/index.ts'
import { codeBlocks } from '../../tools/docs/code-blocks.ts'
import { json2, startServer, type TestServer, type Who } from '../support/index.ts'

const guide = join(import.meta.dirname, '../../docs/guides/call-the-api.md')
const bin = join(import.meta.dirname, '../../node_modules/.bin')

/** A program as a user of the client writes it. Lines that must not compile carry `// wrong`. */
const program = `
import { AccessError, createClient, HoldfastError, InvalidError, KeyError, MissingError, ServerError } from './client/index.ts'

const { url, database, key, keyOfBen } = JSON.parse(process.argv[2] ?? '') as Record<string, string>
const client = createClient({ url: url ?? '', database: database ?? '', key: key ?? '' })
const partners = client.model('res.partner')
const orders = client.model('sale.order')

const company: number = await partners.create({ name: 'Typed Ltd', is_company: true, ref: 'TYPED', child_ids: [[0, 0, { name: 'Typed Ann' }]] })
const [one, two] = await partners.createMany([{ name: 'Typed A' }, { name: 'Typed B' }])
const rows = await partners.searchRead([['ref', '=', 'TYPED'], '!', ['name', 'ilike', 'nobody'], ['child_ids', 'any', [['name', '=', 'Typed Ann']]]], ['name', 'country_id', 'is_company', 'child_ids'], { limit: 5, order: ['name asc', 'id desc'] })
const [row] = rows
const name: string | false | undefined = row?.name
const country: readonly [number, string] | false | undefined = row?.country_id
const children: readonly number[] = row?.child_ids ?? []
const isCompany: boolean | undefined = row?.is_company
const sum = await partners.readGroup([['ref', '=', 'TYPED']], ['create_date:month'], ['__count', 'color:sum'])
const order = await orders.create({ partner_id: company, order_line: [[0, 0, { display_type: 'line_note', name: 'Note' }]] })
const confirmed: unknown = await orders.call('action_confirm', { ids: [order] })
const [state] = await orders.read([order], ['state', 'amount_total'])
const isSale: boolean = state?.state === 'sale'
const total: number | undefined = state?.amount_total
const count: number = await partners.searchCount([['country_id.code', '=', 'BE'], ['id', 'in', [1, 2]]])
const written: boolean = await partners.write([company], { city: 'Ghent', country_id: false }, { context: { lang: 'en_US' } })
const found = await partners.nameSearch('Typed', { limit: 3 })

const kinds: string[] = []
const attempts: (() => Promise<unknown>)[] = [
  () => createClient({ url: url ?? '', database: database ?? '', key: 'f'.repeat(64) }).model('res.partner').search([]),
  () => createClient({ url: url ?? '', database: database ?? '', key: keyOfBen ?? '' }).model('sale.order').search([]),
  () => partners.write([2_000_000_000], { name: 'x' }),
  () => partners.create({ name: false }),
  () => client.call('res.partner', 'read', { ids: [1], fields: ['nope'] }),
  () => client.call('res.partner', 'search', { domain: [], nope: 1 }),
]
const classes = [KeyError, AccessError, MissingError, InvalidError, ServerError]
for (const attempt of attempts)
  kinds.push(await attempt().then(() => 'nothing', (error: unknown) => error instanceof HoldfastError ? \`\${classes.find((one) => error instanceof one)?.name} \${error.status}\` : String(error)))

await orders.call('action_cancel', { ids: [order] })
await orders.unlink([order])
await partners.unlink([...children, one ?? 0, two ?? 0])
console.log(JSON.stringify({ name, country, isCompany, children: children.length, sum: sum.length, isSale, total, count: typeof count, written, found: found.length > 0, confirmed: confirmed === true, kinds }))

async function never() {
  client.model('no.such.model') // wrong
  await partners.searchRead([['no_such_field', '=', 1]], ['name']) // wrong
  await partners.searchRead([], ['no_such_field']) // wrong
  await partners.searchRead([['name', '~', 'x']], ['name']) // wrong
  await partners.searchRead([['color', '>', 'seven']], ['name']) // wrong
  await partners.searchRead([['is_company', '=', 'yes']], ['name']) // wrong
  await partners.searchRead([['child_ids', 'any', [['nope', '=', 1]]]], ['name']) // wrong
  await partners.searchRead([['city.name', '=', 1]], ['name']) // wrong
  await partners.create({ nmae: 'x' }) // wrong
  await partners.create({ name: 7 }) // wrong
  await partners.write([1], { id: 7 }) // wrong
  await partners.write(1, { name: 'x' }) // wrong
  await orders.write([1], { state: 'no_such_state' }) // wrong
  await orders.searchRead([['state', '=', 'no_such_state']], ['name']) // wrong
  await orders.call('no_such_method', { ids: [1] }) // wrong
  await orders.call('action_confirm', {}) // wrong
  await orders.searchRead([], ['name'], { order: 'nope desc' }) // wrong
  const [narrow] = await partners.searchRead([], ['name'])
  narrow?.city // wrong
  const text: string = (await orders.read([1], ['amount_total']))[0]?.amount_total ?? '' // wrong
  await client.model('res.users').read([1], ['password']) // wrong
  return text
}
void never
`

describe('the typed client', () => {
  let server: TestServer
  const folder = mkdtempSync(join(tmpdir(), 'hf-typed-client-'))

  before(async () => {
    server = await startServer()
    atEnd(async () => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'client'))
    for (const file of ['index.ts', 'client.ts', 'models.ts'])
      writeFileSync(join(folder, 'client', file), await download('admin', file))
    writeFileSync(join(folder, 'program.ts'), program)
    const example = codeBlocks(readFileSync(guide, 'utf8')).find(({ language }) => language === 'ts')
    assert.ok(example)
    writeFileSync(join(folder, 'guide.ts'), example.text.replace('./holdfast/', './client/'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: 'esnext',
      module: 'nodenext',
      lib: ['esnext', 'dom'],
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      types: ['node'],
      typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['program.ts', 'guide.ts'] }),
    )
  })

  async function download(who: Who, file: string): Promise<string> {
    const { acme } = server
    const headers = { authorization: `bearer ${acme.people[who].key}`, 'x-odoo-database': acme.name }
    const { status, text } = await server.send({ path: `/doc/client/${file}`, headers })
    assert.equal(status, 200, text.slice(0, 200))
    return text
  }

  it('compiles, with the example of the guide, under the strictest settings, and refuses wrong names, values, operators and methods on exactly their lines', () => {
    const { stdout } = spawnSync(join(bin, 'tsc'), ['-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    const faults = [...stdout.matchAll(/^(\S+?)\((\d+),/gm)].map(
      ([, file, line]) => `${file?.split('/').at(-1)}:${line}`,
    )
    const wrong = program
      .split('\n')
      .flatMap((line, index) => (line.endsWith('// wrong') ? [`program.ts:${index + 1}`] : []))
    assert.ok(wrong.length >= 20)
    assert.deepEqual([...new Set(faults)], wrong, stdout.slice(0, 3000))
  })

  it('works against a real server, and its errors are classes with status and code', async () => {
    const { acme } = server
    const options = {
      url: server.httpUrl,
      database: acme.name,
      key: acme.people.admin.key,
      keyOfBen: acme.people.ben.key,
    }
    const { stdout } = await promisify(execFile)(
      join(bin, 'node'),
      [join(folder, 'program.ts'), JSON.stringify(options)],
      { timeout: 60_000 },
    )
    const { kinds, ...seen } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual(seen, {
      name: 'Typed Ltd',
      country: false,
      isCompany: true,
      children: 1,
      sum: 1,
      isSale: true,
      total: 0,
      count: 'number',
      written: true,
      found: true,
      confirmed: true,
    })
    assert.deepEqual(kinds, [
      'KeyError 401',
      'AccessError 403',
      'MissingError 404',
      'InvalidError 422',
      'ServerError 500',
      'InvalidError 422',
    ])
    assert.deepEqual(server.failures, [])
  })

  it('has no model, field or method that the user may not use', async () => {
    const [admin, ben] = await Promise.all([download('admin', 'models.ts'), download('ben', 'models.ts')])
    for (const part of ['"sale.order":', '"ir.config_parameter":', '"action_confirm":']) {
      assert.ok(admin.includes(part), part)
      assert.ok(!ben.includes(part), part)
    }
    assert.ok(ben.includes('"res.partner":'))
    const anonymous = await server.send({ path: '/doc/client/models.ts' })
    assert.equal(anonymous.status, 401)
    const { status } = await server.send({
      path: '/doc/client/..%2fgenerate.ts',
      headers: { authorization: `bearer ${server.acme.people.ben.key}`, 'x-odoo-database': server.acme.name },
    })
    assert.equal(status, 404)
  })

  it('lets no label of a tenant’s own field out of its comment', async () => {
    const { acme } = server
    const call = (model: string, method: string, body: Readonly<Record<string, unknown>>) =>
      json2(server, acme.name, acme.people.admin.key, model, method, body)
    const [model] = (await call('ir.model', 'search', { domain: [['model', '=', 'res.partner']] })).value as number[]
    const field = {
      model_id: model,
      name: 'x_evil',
      ttype: 'char',
      state: 'manual',
      field_description: 'Evil */ process.exit(1) /*\n*/ } ; throw 1',
    }
    assert.ok((await call('ir.model.fields', 'create', { vals_list: [field] })).ok)
    const text = await download('admin', 'models.ts')
    const at = text.indexOf('"x_evil"')
    assert.ok(at > 0)
    const lines = text.slice(0, at).split('\n')
    assert.match(lines.at(-2) ?? '', /^ {6}\/\*\* Evil \* \/ process\.exit\(1\) \/\* \* \/ \} ; throw 1 \*\/$/)
  })
})
