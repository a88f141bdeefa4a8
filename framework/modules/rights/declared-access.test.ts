import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accessRecords } from './declared-access.ts'

describe('access() as records', () => {
  const shape = (declarations: Parameters<typeof accessRecords>[0]) =>
    accessRecords(declarations).map((r) => `${r.source} ${r.group ?? '*'} ${r.ops.join('+')} ${r.domain ?? ''}`.trim())

  it('makes a permission of a group, and a rule of that group of its domain', () => {
    assert.deepEqual(
      shape([
        {
          app: 'a',
          is: 'access',
          model: 'm',
          rules: [{ group: 'a.g', ops: ['read'], domain: [['user_id', '=', { user: 'id' }]] }],
        },
      ]),
      ['ir.model.access a.g read', "ir.rule a.g read [('user_id', '=', user.id)]"],
    )
  })

  it('gives a group without a domain all records only for operations that another group has a domain for', () => {
    const rules = [
      { group: 'a.some', ops: ['read'], domain: [['x', '=', 1]] },
      { group: 'a.all', ops: ['read', 'write'] },
    ] as const
    assert.deepEqual(shape([{ app: 'a', is: 'access', model: 'm', rules }]).slice(2), [
      'ir.model.access a.all read+write',
      "ir.rule a.all read [(1, '=', 1)]",
    ])
  })

  it('makes a rule for everybody of a restriction', () => {
    assert.deepEqual(
      shape([
        {
          app: 'a',
          is: 'access',
          model: 'm',
          rules: [{ ops: ['read'], domain: [['company_id', 'in', { user: 'company_ids' }]] }],
        },
      ]),
      ["ir.rule * read [('company_id', 'in', company_ids)]"],
    )
  })

  it('refuses a permission that names nobody', () => {
    assert.throws(() => accessRecords([{ app: 'a', is: 'access', model: 'm', rules: [{ ops: ['read'] }] }]), TypeError)
  })

  it('gives each record an external id of its own', () => {
    const ids = accessRecords([
      {
        app: 'a',
        is: 'access',
        model: 'm',
        rules: [
          { group: 'g', ops: ['read'] },
          { group: 'g', ops: ['write'] },
        ],
      },
      { app: 'a', is: 'access', model: 'm', rules: [{ group: 'g', ops: ['create'] }] },
    ]).map(({ xmlid }) => xmlid)
    assert.deepEqual(ids, ['a.access_m_g', 'a.access_m_g_2', 'a.access_m_g_3'])
  })
})
