/** A company to look at: its people, its customers and suppliers. Only for tenants made with demo data. */

import './company.ts'
import './customers.ts'
