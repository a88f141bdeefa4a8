/** `holdfast tenant settings`. */

import { withSystemEnv } from '../../../../framework/access/index.ts'
import { type ProgramPolicy, programSettings, readProgramPolicy } from '../../../../framework/auth/index.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { argument, homeVerb, option, type VerbArgs } from '../../command/verb.ts'
import { recordOf } from './change.ts'

interface Settings extends ProgramPolicy {
  readonly name: string
}

const words: Readonly<Record<keyof ProgramPolicy, { readonly option: string; readonly title: string }>> = {
  xmlRpc: { option: 'xml-rpc', title: 'XML-RPC' },
  jsonRpc: { option: 'json-rpc', title: 'JSON-RPC' },
  passwords: { option: 'passwords', title: 'Passwords of programs' },
}
const names = Object.keys(words) as (keyof ProgramPolicy)[]

/** Shows, and changes, what programs may use to call a database. */
export const tenantSettings = homeVerb<Settings>({
  name: 'tenant settings',
  summary: 'Show or change which protocols and credentials programs may use',
  details: `Without options it shows them. With '--passwords off' programs need an API key; people sign in as before. JSON-2 with a
key is always on. A change holds from the next request on.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {
    'xml-rpc': { value: 'on|off', doc: 'XML-RPC (/xmlrpc, /xmlrpc/2)' },
    'json-rpc': { value: 'on|off', doc: 'JSON-RPC (/jsonrpc)' },
    passwords: { value: 'on|off', doc: 'whether programs may send a password; off: API keys only' },
  },
  examples: ['holdfast tenant settings demo', 'holdfast tenant settings demo --xml-rpc off --passwords off'],
  home: 'need',
  plan: async ({ home }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const wanted = wantedOf(args)
    return wanted.length === 0
      ? [`show the settings of ${name}`]
      : wanted.map(([key, value]) => `switch ${words[key].title} ${value} for ${name}`)
  },
  run: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const wanted = wantedOf(args)
    const tenant = await tenants.open(name)
    if (wanted.length > 0)
      await withSystemEnv(tenant, 'cli.tenant-settings', {}, async (env) => {
        for (const [key, value] of wanted) {
          const found = await env.model('ir.config_parameter').search([['key', '=', programSettings[key]]])
          if (found.ids.length > 0) await found.write({ value })
          else await env.model('ir.config_parameter').create({ key: programSettings[key], value })
        }
      })
    return { name, ...(await readProgramPolicy(tenant)) }
  },
  print: (settings, { green, yellow, bold }) =>
    [
      bold(settings.name),
      ...names.map((key) => `  ${words[key].title.padEnd(22)} ${settings[key] ? green('on') : yellow('off')}`),
    ].join('\n'),
})

function wantedOf(args: VerbArgs): [keyof ProgramPolicy, 'on' | 'off'][] {
  return names.flatMap((key) => {
    const value = option(args, words[key].option)
    if (value === undefined) return []
    if (value !== 'on' && value !== 'off')
      throw new UsageError(
        `--${words[key].option} is 'on' or 'off', not '${value}'.`,
        `'holdfast help tenant settings' tells more.`,
      )
    return [[key, value] as [keyof ProgramPolicy, 'on' | 'off']]
  })
}
