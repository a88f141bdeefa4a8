/** All mappings in the order of insertion: what others refer to comes first. */

import {
  bank,
  industry,
  partner,
  partnerBank,
  partnerCategories,
  partnerCategory,
  partnerTitle,
} from './base/partners.ts'
import { country, countryGroup, countryGroups, currency, currencyRate, language, state } from './base/geography.ts'
import { attachment, externalId, sequence } from './base/records.ts'
import { company, group, user, userCompanies, userGroups } from './base/users.ts'
import type { LinkMapping, TableMapping } from './mapping.ts'
import {
  attribute,
  attributeLine,
  attributeValue,
  category,
  pricelist,
  pricelistItem,
  productLinks,
  tag,
  template,
  templateValue,
  variant,
} from './products/products.ts'
import { unit, unitCategory } from './products/units.ts'
import { order, orderLine, salesLinks, salesTag, tax, taxGroup, team, teamMember } from './sales/sales.ts'

/** Required references point upwards in this list; the others are set when all rows are in. */
export const tableMappings: readonly TableMapping[] = [
  currency,
  country,
  countryGroup,
  state,
  language,
  industry,
  partnerCategory,
  partnerTitle,
  bank,
  partner,
  company,
  group,
  user,
  currencyRate,
  partnerBank,
  unitCategory,
  unit,
  category,
  tag,
  pricelist,
  template,
  attribute,
  attributeValue,
  attributeLine,
  templateValue,
  variant,
  pricelistItem,
  taxGroup,
  tax,
  team,
  teamMember,
  salesTag,
  order,
  orderLine,
  sequence,
  attachment,
  externalId,
]

export const linkMappings: readonly LinkMapping[] = [
  partnerCategories,
  countryGroups,
  userGroups,
  userCompanies,
  ...productLinks,
  ...salesLinks,
]
