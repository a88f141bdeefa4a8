import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { withSystemEnv } from '#framework/access/index.ts'
import { describeApi, generateTypes } from '#framework/rpc/index.ts'
import { actAs, testTenant } from '#framework/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-types-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A program over the declarations. Lines that must not compile carry `// wrong`. */
const program = `
import type { Models, Read, ResPartner, SaleOrderValues, XThing } from './models.ts'

declare function read<M extends keyof Models, F extends keyof Models[M]['record']>(model: M, fields: readonly F[]): Read<M, F>[]
const [order] = read('sale.order', ['name', 'state', 'partner_id', 'order_line', 'amount_total'])
const state: 'draft' | 'sent' | 'sale' | 'cancel' | false | undefined = order?.state
const total: number | undefined = order?.amount_total
const lines: readonly number[] | undefined = order?.order_line
const partner: number | false | undefined = order?.partner_id && order.partner_id[0]
const city = (contact: ResPartner): string | false => contact.city
const values: SaleOrderValues = { partner_id: 7, order_line: [[0, 0, { product_uom_qty: 2 }], [4, 5]] }
const mood: 'good' | 'bad' | false | undefined = read('x_thing', ['x_mood', 'x_class'])[0]?.x_mood
const thing = (one: XThing): number => one.x_size
export const used = [state, total, lines, partner, city, values, mood, thing]
read('sale.order', ['nmae']) // wrong
read('no.model', ['name']) // wrong
order?.city // wrong
export const text: string = total ?? 0 // wrong
export const bad: SaleOrderValues = { partner_id: 'seven' } // wrong
export const worse: SaleOrderValues = { order_line: [[0, 0, { quantity: 1 }]] } // wrong
export const mad: typeof mood = 'mad' // wrong
export const secret = (user: Models['res.users']['record']) => user.password // wrong
`

describe('the declarations of a database', () => {
  it('compile under the strictest settings with the models that people made, and wrong names do not', async () => {
    const tenant = await testTenant({ apps: ['sales'] })
    const field = (name: string, ttype: string, rest = {}) => [0, 0, { name, field_description: name, ttype, ...rest }]
    await actAs(tenant, 2).write(
      async (env) =>
        void (await env.model('ir.model').create({
          name: 'Thing */ export const hostile = 1 /*',
          model: 'x_thing',
          field_id: [
            field('x_size', 'integer', { help: 'Ends */ here\n// and there' }),
            field('x_class', 'char'),
            field('x_mood', 'selection', {
              selection_ids: [
                [0, 0, { value: 'good', name: 'Good' }],
                [0, 0, { value: 'bad', name: 'Bad' }],
              ],
            }),
          ],
        } as never)),
    )
    const api = await withSystemEnv(tenant, 'test.types', { mode: 'read' }, async (env) => describeApi(env))
    const text = generateTypes(api)
    assert.match(text, /^\/\/ Made by `holdfast types`/)
    writeFileSync(join(folder, 'models.ts'), text)
    writeFileSync(join(folder, 'program.ts'), program)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const compilerOptions = {
      ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] },
      ...{ target: 'esnext', module: 'nodenext', allowImportingTsExtensions: true, verbatimModuleSyntax: true },
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['program.ts'] }))
    const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc')
    const { stdout } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8', timeout: 120_000 })
    const faults = [...stdout.matchAll(/^(\S+?)\((\d+),/gm)].map(
      ([, file, line]) => `${file?.split('/').at(-1)}:${line}`,
    )
    const wrong = program
      .split('\n')
      .flatMap((line, index) => (line.endsWith('// wrong') ? [`program.ts:${index + 1}`] : []))
    assert.equal(wrong.length, 8)
    assert.deepEqual([...new Set(faults)], wrong, stdout.slice(0, 3000))
  })
})
