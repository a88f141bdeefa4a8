/** A file that a verb reads. */

import { access, constants, stat } from 'node:fs/promises'
import { UserError } from '../../../framework/errors.ts'

/**
 * Checks that a path is a file on disk that this process may read. A pipe cannot be read twice, is another one in the
 * process that owns the home, and would hold that process for as long as nobody writes into it.
 * @throws UserError ERR_FILE_KIND for a folder, pipe, socket or device; the system's own error when it is absent or closed to us
 */
export async function checkReadableFile(path: string): Promise<void> {
  const found = await stat(path)
  if (!found.isFile())
    throw new UserError(
      'ERR_FILE_KIND',
      `${path} is ${found.isDirectory() ? 'a folder' : 'no file on disk'}; write it to a file first.`,
    )
  await access(path, constants.R_OK)
}
