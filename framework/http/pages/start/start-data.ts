/** What the start page shows, read as the person who looks at it. */

import { type Tenant, withEnv } from '../../../access/index.ts'
import { AccessError } from '../../../errors.ts'
import { availableApps } from '../../../modules/index.ts'
import type { Env, ModelInfo } from '../../../orm/index.ts'

export interface AppTile {
  readonly title: string
  readonly summary: string
  readonly counts: readonly { readonly label: string; readonly count: number }[]
}

export interface StartData {
  readonly userName: string
  readonly login: string
  readonly timeZone: string
  /** May see how the database is run. */
  readonly isAdministrator: boolean
  readonly apps: readonly AppTile[]
}

const mostCounts = 4

/** Reads it in one environment of the user, so that each count is of what she may see. */
export async function readStart(tenant: Tenant, uid: number): Promise<StartData> {
  const manifests = (await availableApps()).filter(
    (app) => tenant.registry.apps.includes(app.name) && app.application === true,
  )
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const apps: AppTile[] = []
    for (const app of manifests) {
      apps.push({
        title: app.title,
        summary: app.summary,
        counts: await countModels(env, modelsOf(env, app.name, app.shows)),
      })
    }
    return {
      userName: env.user.name,
      login: env.user.login,
      timeZone: env.user.tz ?? 'UTC',
      isAdministrator: env.user.groups.has('base.group_system'),
      apps,
    }
  })
}

// What the application itself wants shown; else the models that it declares.
function modelsOf(env: Env, app: string, shows: readonly string[] | undefined): ModelInfo[] {
  const models = env.registry.models
  const chosen = shows?.map((name) => models.get(name)) ?? [...models.values()].filter((model) => model.app === app)
  return chosen.filter(
    (model) => model !== undefined && !isHelper(model) && env.grant.records(model.name, 'read') !== false,
  ) as ModelInfo[]
}

function isHelper(model: ModelInfo): boolean {
  return model.options.transient === true || model.options.abstract === true
}

async function countModels(env: Env, models: readonly ModelInfo[]): Promise<AppTile['counts']> {
  const counts: { label: string; count: number }[] = []
  for (const model of models.slice(0, mostCounts)) {
    try {
      counts.push({
        label: model.options.description ?? model.name,
        count: await env.model(model.name).search_count([]),
      })
    } catch (error) {
      // A model whose rules refuse the person altogether is not there for her.
      if (!(error instanceof AccessError)) throw error
    }
  }
  return counts
}
