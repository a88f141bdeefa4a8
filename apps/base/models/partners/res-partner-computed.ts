/** Values of a partner that follow from others: names, address as one text, picture. */

import { computed, constrain, ValidationError } from '#framework'
import { avatar } from './avatar.ts'
import { addressLines } from './postal-address.ts'

const typeLabels: Readonly<Record<string, string>> = {
  contact: 'Contact',
  invoice: 'Invoice',
  delivery: 'Delivery',
  other: 'Other',
}

computed('res.partner', 'company_type', ['is_company'], (partner) => (partner.is_company ? 'company' : 'person'))

computed('res.partner', 'commercial_partner_id', ['is_company', 'parent_id.commercial_partner_id'], (partner) => {
  return partner.is_company || !partner.parent_id
    ? partner.id
    : (partner.parent_id.commercial_partner_id ?? partner.parent_id.id)
})

computed(
  'res.partner',
  'commercial_company_name',
  ['company_name', 'name', 'is_company', 'commercial_partner_id.name', 'commercial_partner_id.is_company'],
  (partner) => {
    const entity = partner.commercial_partner_id
    return (entity?.is_company ? entity.name : null) || partner.company_name || null
  },
)

// "Company, Person": a contact is found by its company's name, and the list sorts by it.
computed(
  'res.partner',
  'complete_name',
  ['name', 'is_company', 'type', 'company_name', 'commercial_company_name', 'parent_id.name'],
  (partner) => {
    let name = partner.name ?? ''
    if (partner.company_name || partner.parent_id) {
      if (!name && partner.type && partner.type !== 'contact') name = typeLabels[partner.type] ?? ''
      if (!partner.is_company) name = `${partner.commercial_company_name || partner.parent_id?.name || ''}, ${name}`
    }
    return name.trim() || null
  },
)

computed('res.partner', 'partner_share', ['user_ids.share', 'user_ids.active'], (partner) => {
  return !partner.user_ids.some((user) => user.active && !user.share)
})

computed('res.partner', 'email_normalized', ['email'], (partner) => {
  const found =
    /^[^<>@\s]+@[^<>@\s]+$/.exec((partner.email ?? '').trim()) ?? /<([^<>@\s]+@[^<>@\s]+)>/.exec(partner.email ?? '')
  return found ? (found[1] ?? found[0]).toLowerCase() : null
})

computed('res.partner', 'email_formatted', ['name', 'email'], (partner) => {
  if (!partner.email) return null
  return `"${(partner.name ?? partner.email).replace(/(["\\])/g, '\\$1')}" <${partner.email.trim()}>`
})

computed(
  'res.partner',
  'contact_address',
  [
    'street',
    'street2',
    'zip',
    'city',
    'state_id.name',
    'state_id.code',
    'country_id.name',
    'country_id.code',
    'country_id.address_format',
    'commercial_company_name',
  ],
  (partner) =>
    [...(partner.commercial_company_name ? [partner.commercial_company_name] : []), ...addressLines(partner)].join(
      '\n',
    ),
)

computed('res.partner', 'contact_address_inline', ['contact_address'], (partner) => {
  return (
    (partner.contact_address ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .join(', ') || null
  )
})

computed('res.partner', 'vat_label', ['country_id.vat_label'], (partner) => partner.country_id?.vat_label ?? 'Tax ID')

// "+0200": what the clock of the time zone shows now, against UTC.
computed('res.partner', 'tz_offset', ['tz'], (partner, env) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: partner.tz ?? 'UTC', timeZoneName: 'longOffset' })
  const offset = format.formatToParts(env.now()).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  return offset === 'GMT' ? '+0000' : offset.slice(3).replace(':', '')
})

computed(
  'res.partner',
  'avatar_1920',
  ['image_1920', 'name', 'is_company', 'type'],
  (partner) => partner.image_1920 ?? avatar(partner.id, partner.name ?? ''),
)

constrain('res.partner', ['name', 'type'], (partner) => {
  if (!partner.name && (partner.type ?? 'contact') === 'contact')
    throw new ValidationError('ERR_PARTNER_NAME', 'Contacts require a name')
})

constrain('res.partner', ['barcode'], async (partner, env) => {
  if (!partner.barcode) return
  if ((await env.model('res.partner').search_count([['barcode', '=', partner.barcode]])) > 1) {
    throw new ValidationError('ERR_PARTNER_BARCODE', 'Another partner already has this barcode')
  }
})
