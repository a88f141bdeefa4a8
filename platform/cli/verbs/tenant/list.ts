/** `holdfast tenant list`. */

import { homeVerb } from '../../command/verb.ts'
import { factsOf } from '../../hosting/facts.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { moment, size } from '../../output/words.ts'
import { table } from '../../output/table.ts'

interface Listed {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly url: string
  /** Installed applications; empty when nobody ever measured a tenant that is not active. */
  readonly apps: readonly string[]
  /** Database and attachments; null when not known. */
  readonly sizeBytes: number | null
  readonly awake: boolean
  readonly generation: number
  /** ISO 8601. */
  readonly createdAt: string
  /** When a deleted tenant is destroyed; null for the others. */
  readonly deleteAfter: string | null
}

/** Shows all databases of the home. */
export const tenantList = homeVerb<Listed[]>({
  name: 'tenant list',
  summary: 'Show all databases',
  arguments: [],
  options: {},
  home: 'need',
  run: async (hosting) => {
    const listed: Listed[] = []
    for (const record of hosting.home.tenants.list()) listed.push(await describe(hosting, record))
    return listed
  },
  print: (tenants, terminal) => {
    if (tenants.length === 0)
      return `There are no databases yet. 'holdfast tenant create NAME --apps sales --demo' makes one.`
    return table(
      tenants,
      [
        { title: 'NAME', cell: ({ name }) => name, paint: (text) => terminal.bold(text) },
        {
          title: 'STATE',
          cell: stateOf,
          paint: (text, { state }) => (state === 'active' ? text : terminal.yellow(text)),
        },
        { title: 'SIZE', isNumber: true, cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : size(sizeBytes)) },
        { title: 'CREATED', cell: ({ createdAt }) => moment(createdAt) },
        { title: 'ADDRESS', cell: ({ url }) => url },
        {
          title: 'APPLICATIONS',
          cell: ({ apps }) => apps.filter((name) => name !== 'base').join(', ') || (apps.length > 0 ? 'none' : '–'),
        },
      ],
      terminal,
    )
  },
})

function stateOf({ state, awake, deleteAfter }: Listed): string {
  if (state === 'active') return awake ? 'awake' : 'asleep'
  return deleteAfter === null ? state : `deleted, gone ${moment(deleteAfter).slice(0, 10)}`
}

async function describe(
  hosting: Hosting,
  record: ReturnType<Hosting['home']['tenants']['list']>[number],
): Promise<Listed> {
  const { id, name, state, generation } = record
  const isAwake = record.instance === 'running'
  const facts = await factsOf(hosting.home, hosting.tenants, { id, name, isAwake }, state === 'active')
  return {
    id,
    name,
    state,
    url: hosting.urlOf(name),
    apps: facts?.apps ?? [],
    sizeBytes: facts?.sizeBytes ?? null,
    awake: isAwake,
    generation,
    createdAt: record.createdAt.toISOString(),
    deleteAfter: record.deleteAfter?.toISOString() ?? null,
  }
}
