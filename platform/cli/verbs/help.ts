/** `holdfast help` and `holdfast version`. */

import { readFileSync } from 'node:fs'
import { UsageError } from '../command/exit-codes.ts'
import { overview, verbHelp } from '../command/help.ts'
import { nearest } from '../command/suggest.ts'
import { localVerb, type Verb } from '../command/verb.ts'

interface HelpPage {
  /** Names of the verbs that the page tells of. */
  readonly verbs: readonly string[]
}

/** Shows all verbs, or one. @param verbs read when it runs, so that help can stand in the same table */
export function helpVerb(verbs: () => readonly Verb[]): Verb {
  return localVerb<HelpPage>({
    name: 'help',
    summary: 'Show all verbs, or how one is used',
    arguments: [{ name: 'VERB…', isRequired: false, doc: 'the verb to tell about' }],
    options: {},
    run: async ({ args }) => {
      const asked = args.arguments['VERB…'] ?? ''
      if (asked === '') return { verbs: verbs().map(({ name }) => name) }
      const found = verbs().filter(({ name }) => name === asked || name.startsWith(`${asked} `))
      if (found.length > 0) return { verbs: found.map(({ name }) => name) }
      const near = nearest(
        asked,
        verbs().map(({ name }) => name),
      )
      throw new UsageError(
        `There is no verb '${asked}'.`,
        near.length > 0 ? `Did you mean: ${near.join(', ')}?` : `'holdfast help' lists all verbs.`,
      )
    },
    print: (page, terminal) => {
      const shown = verbs().filter(({ name }) => page.verbs.includes(name))
      const [only] = shown
      return shown.length === 1 && only !== undefined ? verbHelp(only, terminal) : overview(shown, terminal)
    },
  })
}

interface Version {
  readonly holdfast: string
  readonly node: string
}

/** The version in package.json. */
export function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

/** Shows which version this is. */
export const versionVerb = localVerb<Version>({
  name: 'version',
  summary: 'Show the version',
  arguments: [],
  options: {},
  run: async () => ({ holdfast: ownVersion(), node: process.versions.node }),
  print: ({ holdfast, node }) => `holdfast ${holdfast} (Node ${node})`,
})
