/** Time zones to choose from: the canonical names of the runtime's tz database and names that came after or before them. */

// Intl lists one name for each zone, often the oldest; data from elsewhere may use another one for the same zone.
const alsoKnown = [
  'UTC', 'GMT', 'Etc/UTC', 'Africa/Asmara', 'America/Argentina/Buenos_Aires', 'America/Argentina/Catamarca',
  'America/Argentina/Cordoba', 'America/Argentina/Jujuy', 'America/Argentina/Mendoza', 'America/Atikokan',
  'America/Indiana/Indianapolis', 'America/Kentucky/Louisville', 'America/Nuuk', 'Asia/Calcutta', 'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Saigon', 'Asia/Yangon', 'Atlantic/Faroe', 'Europe/Kiev', 'Europe/Kyiv',
  'Pacific/Chuuk', 'Pacific/Kanton', 'Pacific/Pohnpei', 'US/Central', 'US/Eastern', 'US/Mountain', 'US/Pacific',
]

/** Selection of time zones by IANA name. */
export const timeZoneChoices: Readonly<Record<string, string>> = Object.fromEntries(
  [...new Set([...Intl.supportedValuesOf('timeZone'), ...alsoKnown])].sort().map((zone) => [zone, zone]),
)
