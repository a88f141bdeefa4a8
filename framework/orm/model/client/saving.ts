/** Saving many records of a list at once. */

import { InvalidRequestError } from '../../../errors.ts'
import { Scope } from '../../query/scope.ts'
import type { RecordSet } from '../record-set.ts'

/** Writes to each record the values at its place. @throws InvalidRequestError when there are not as many */
export async function saveEach(records: RecordSet, values: unknown): Promise<void> {
  const isFitting =
    Array.isArray(values) &&
    values.length === records.ids.length &&
    values.every((one) => one !== null && typeof one === 'object' && !Array.isArray(one))
  if (!isFitting)
    throw new InvalidRequestError('ERR_SAVE_EACH', 'Values of its own for each record are a list as long as the ids.')
  for (const [i, one] of records.ids.entries()) await records.browse([one]).write(values[i] as never)
}

/** Numbers the records in their order, from `offset` on. @throws InvalidRequestError when the field holds no whole numbers */
export async function resequence(records: RecordSet, name: string, offset: number): Promise<void> {
  const field = new Scope(records.env).field(records.info, name)
  if (field.kind !== 'integer')
    throw new InvalidRequestError('ERR_SAVE_EACH', `${records.modelName}.${field.name} holds no place in a list.`)
  for (const [i, one] of records.ids.entries()) await records.browse([one]).write({ [field.name]: offset + i } as never)
}
