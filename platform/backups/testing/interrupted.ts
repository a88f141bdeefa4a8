/** A process of its own for the test that kills it: works on a home and prints each phase that it reaches. */

import { openHome } from '../../tenants/index.ts'
import { createBackup, restoreBackup } from '../index.ts'

const [path = '', work = '', id = ''] = process.argv.slice(2)
const home = await openHome({ path })
const progress = (phase: string, done: number): void => void process.stdout.write(`${phase} ${done}\n`)
process.stdout.write('ready\n')
if (work === 'create') await createBackup(home, 'acme', { progress })
if (work === 'as') await restoreBackup(home, id, { as: 'copy' }, { progress })
if (work === 'over') await restoreBackup(home, id, { over: 'acme' }, { progress })
await home.close()
