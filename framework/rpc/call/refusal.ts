/** The refusals of a call that names something nobody may reach, and of arguments that do not fit. */

import { AccessError, InvalidRequestError, MissingError } from '../../errors.ts'

/**
 * The one answer for every method that is not exposed: private, inherited from JavaScript, misspelt or absent. The caller
 * cannot tell which. Odoo answers private names with AccessError and unknown ones with AttributeError; we take the first
 * for both, because it is the more frequent one in its clients' handling and says no more than needed.
 */
// Keeps promise: software/private-methods
export function methodRefused(): AccessError {
  return new AccessError('ERR_RPC_METHOD', 'This method cannot be called from outside.')
}

/** The one answer for every model that the tenant does not have, or that is no model name at all. */
export function modelRefused(): MissingError {
  return new MissingError('ERR_RPC_MODEL', 'There is no such model here.', { wireName: 'odoo.exceptions.UserError' })
}

/** Too many, too few or unknown arguments. */
export function argumentsRefused(message: string): InvalidRequestError {
  return new InvalidRequestError('ERR_RPC_ARGUMENTS', message, { wireName: 'builtins.TypeError' })
}

/** An argument of the wrong type. `wireName` differs where Odoo's own error class does. */
export function typeRefused(
  name: string,
  expected: string,
  wireName: 'builtins.TypeError' | 'builtins.AttributeError' = 'builtins.TypeError',
): InvalidRequestError {
  return new InvalidRequestError('ERR_RPC_TYPE', `The argument "${name}" must be ${expected}.`, { wireName })
}
