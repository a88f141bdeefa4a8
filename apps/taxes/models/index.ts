/** The models of taxes. It holds no rules of its own. */

import './account-tax-group.ts'
import './account-tax.ts'
import './extensions.ts'
