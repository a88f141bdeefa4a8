/** A deleted group leaves its rules behind: without any group they bind everybody, so they are published again. */

import { applyRights, behaviour } from '#framework'

behaviour(
  'res.groups',
  (Base) =>
    class extends Base {
      override async unlink(): Promise<boolean> {
        const rules = await this.env.elevate('base.groups.rules', { models: ['ir.rule'], ops: ['read'] }, (env) =>
          env
            .withContext({ active_test: false })
            .model('ir.rule')
            .search([['groups', 'in', this.ids]]),
        )
        const done = await super.unlink()
        await applyRights(this.env, 'ir.rule', rules.ids)
        return done
      }
    },
)
