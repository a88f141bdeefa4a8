/** Bank accounts of partners. */

import { computed, type Def, f, fields, model } from '#framework'

export const partnerBank = fields({
  acc_number: f.char({ label: 'Account Number', required: true }),
  sanitized_acc_number: f.char({ label: 'Sanitized Account Number', compute: true, store: true }),
  acc_holder_name: f.char({ label: 'Account Holder Name' }),
  partner_id: f.m2o('res.partner', { label: 'Account Holder', required: true, ondelete: 'cascade', index: true }),
  allow_out_payment: f.bool({ label: 'Send Money', copy: false }),
  bank_id: f.m2o('res.bank', { label: 'Bank' }),
  bank_name: f.char({ label: 'Name', related: 'bank_id.name' }),
  bank_bic: f.char({ label: 'Bank Identifier Code', related: 'bank_id.bic' }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  currency_id: f.m2o('res.currency', { label: 'Currency' }),
  company_id: f.m2o('res.company', { label: 'Company', related: 'partner_id.company_id', store: true }),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'res.partner.bank': ResPartnerBankData
  }
  interface ResPartnerBankData extends Def<typeof partnerBank> {}
}

model('res.partner.bank', partnerBank, {
  description: 'Bank Accounts',
  order: 'sequence, id',
  recName: 'acc_number',
  nameSearch: ['acc_number', 'sanitized_acc_number'],
  constraints: {
    unique_number: {
      unique: ['sanitized_acc_number', 'partner_id'],
      message: 'The combination Account Number/Partner must be unique.',
    },
  },
})

computed('res.partner.bank', 'sanitized_acc_number', ['acc_number'], (account) =>
  account.acc_number.replace(/\W+/g, '').toUpperCase(),
)
