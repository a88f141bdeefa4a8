/** Lays out an address the way its country writes it. */

interface Address {
  readonly street: string | null
  readonly street2: string | null
  readonly zip: string | null
  readonly city: string | null
  readonly state_id: { readonly name: string; readonly code: string } | null
  readonly country_id: { readonly name: string; readonly code: string; readonly address_format: string | null } | null
}

const usual = '%(street)s\n%(street2)s\n%(city)s %(state_code)s %(zip)s\n%(country_name)s'

/** The lines of the address by the country's pattern (`%(city)s` …); unknown names in the pattern give nothing. */
export function addressLines(address: Address): string[] {
  const values: Readonly<Record<string, string | null | undefined>> = {
    street: address.street,
    street2: address.street2,
    zip: address.zip,
    city: address.city,
    state_name: address.state_id?.name,
    state_code: address.state_id?.code,
    country_name: address.country_id?.name,
    country_code: address.country_id?.code,
  }
  const pattern = address.country_id?.address_format || usual
  return pattern.replace(/%\((\w+)\)s/g, (_, name: string) => values[name] ?? '').split('\n')
}
