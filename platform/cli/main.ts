/** The command line: `holdfast VERB …`. Entry of bin/holdfast. */

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Beside the packages, where only who may change the program can change it; it halves the time of a short command.
enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'holdfast'))

// Loaded after that, so that it counts for everything.
await import('./command/process.ts')
