/** Orders of the demo company over the last months. Only for tenants made with demo data; all of it is invented. */

import './rights-and-taxes.ts'
import './orders.ts'
