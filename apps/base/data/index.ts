/** Records that every tenant starts with, in the order in which they refer to each other. */

import { records } from '#framework'
import { countryRecords, declareCountryGroups } from './countries.ts'
import { currencyCodes, currencyRecords } from './currencies.ts'
import { declareGroups } from './groups.ts'
import { declareIndustries } from './industries.ts'
import { languageRecords } from './languages.ts'
import { stateRecords } from './states.ts'
import { declareFirstUsers } from './users.ts'

records('res.lang', languageRecords(), { update: false })
records('res.currency', currencyRecords(), { update: false })
records('res.country', countryRecords(new Set(currencyCodes)), { update: false })
records('res.country.state', stateRecords(), { update: false })
declareCountryGroups()
declareIndustries()
declareGroups()
declareFirstUsers()
