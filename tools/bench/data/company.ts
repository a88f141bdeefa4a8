/** The data of a made-up company: the same at every run. */

type Values = Readonly<Record<string, unknown>>

const firstNames = 'Ada Bram Chiara Dmitri Elif Farid Greta Hanne Ivo Jolanta Kofi Leila Mateo Nadia Oskar Priya'.split(' ')
const lastNames =
  'Aalto Brandt Castellan Dubois Eriksen Fontaine Grauwels Hollander Ibarra Jansen Kowalski Lindqvist Moreau Nowak Okafor Pereira Quist Rossi Sanders Tanaka'.split(
    ' ',
  )
const trades = 'Joinery Bakery Logistics Instruments Print Textiles Clinic Foundry Nursery Software'.split(' ')
const cities = 'Ghent Lyon Porto Turin Aarhus Utrecht Graz Bilbao Leipzig Cork Gdansk Uppsala'.split(' ')
const streets = 'Harbour Road,Mill Lane,Station Street,Orchard Way,Chapel Hill,Canal Quay'.split(',')

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

/** Partners: one in four a company, spread over countries and cities. */
export function partnersOf(count: number, countryIds: readonly number[]): Values[] {
  return Array.from({ length: count }, (_, n) => partnerOf(n, pick(countryIds, n * 7)))
}

/** One partner; `n` decides everything about it. */
export function partnerOf(n: number, countryId: number): Values {
  const isCompany = n % 4 === 0
  const last = pick(lastNames, n * 3 + Math.floor(n / 16))
  const name = isCompany ? `${last} ${pick(trades, n / 4)} ${n}` : `${pick(firstNames, n)} ${last} ${n}`
  return {
    name,
    is_company: isCompany,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
    phone: `+32 470 ${String(100_000 + (n % 900_000))}`,
    street: `${pick(streets, n)} ${(n % 180) + 1}`,
    city: pick(cities, n * 5),
    zip: String(1000 + (n % 8999)),
    country_id: countryId,
  }
}

export function productsOf(count: number): Values[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `${pick(['Oak', 'Steel', 'Linen', 'Glass'], n)} ${pick(['desk', 'lamp', 'shelf', 'chair', 'crate'], n)} ${n + 1}`,
    default_code: `B-${1000 + n}`,
    list_price: 20 + ((n * 37) % 400),
  }))
}

/** Orders of three lines, each salesperson's in turn; every eighth has none. */
export function ordersOf(
  count: number,
  partnerIds: readonly number[],
  productIds: readonly number[],
  salespeople: readonly number[],
): Values[] {
  return Array.from({ length: count }, (_, n) => ({
    partner_id: pick(partnerIds, n * 13),
    user_id: n % 8 === 7 ? false : pick(salespeople, n),
    order_line: linesOf(3, n, productIds),
  }))
}

/** Commands that create the lines of an order. */
export function linesOf(count: number, n: number, productIds: readonly number[]): unknown[] {
  return Array.from({ length: count }, (_, i) => [
    0,
    0,
    { product_id: pick(productIds, n + i * 11), product_uom_qty: ((n + i) % 9) + 1 },
  ])
}
