/** Whether others notice twenty hostile scripts of one tenant: the same requests without and with them, side by side. */

import { withNewHome, prepareTemplate } from '../data/prepare.ts'
import { fill, type Filled } from '../data/fill.ts'
import { openSandbox } from '../../../platform/sandbox/index.ts'
