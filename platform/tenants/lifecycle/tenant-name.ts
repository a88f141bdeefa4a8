import { ValidationError } from '../../../framework/errors.ts'

/** Names that are, or could be taken for, the platform's own hosts. */
const RESERVED = new Set([
  'control',
  'localhost',
  'www',
  'admin',
  'api',
  'mail',
  'holdfast',
  'status',
  'trust',
  'postgres',
  'template0',
  'template1',
])

/**
 * Checks a tenant's name: a host label (RFC 1123) of at most 40 characters, small letters, digits and inner hyphens.
 * @throws ValidationError ERR_TENANT_NAME
 */
export function checkTenantName(name: string): void {
  const isLabel = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name)
  // `xn--` is a name in another script in disguise (RFC 5890), so one could be made to look like another tenant's.
  if (isLabel && !RESERVED.has(name) && !/^..--/.test(name)) return
  throw new ValidationError(
    'ERR_TENANT_NAME',
    'A database name has 1 to 40 small letters, digits and hyphens, begins and ends with a letter or digit, and is none of the reserved names.',
    { detail: { name: name.slice(0, 80) } },
  )
}
