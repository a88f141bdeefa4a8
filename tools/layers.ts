// Import order and reserved doors of the project, as data; tools/layers/ reads it. `npm run check` refuses the rest.
import { join } from 'node:path'
import { checkBudgets } from './layers/budget.ts'
import { checkDependencies } from './layers/dependencies.ts'
import { checkLayers, type Rules } from './layers/engine.ts'
import { type Fault, readSources } from './layers/tree.ts'

/** The rules: rooms lowest first, doors with those who hold the key. */
export const rules: Rules = {
  areas: {
    framework: {
      imports: ['framework'],
      order: [
        'framework/errors',
        'framework/sql',
        'framework/audit',
        'framework/orm',
        'framework/expression',
        'framework/access',
        'framework/auth',
        'framework/templates',
        'framework/views',
        'framework/modules',
        'framework/rpc',
        'framework/http',
        'framework/jobs',
      ],
      above: {
        'framework/index': ['framework'],
        'framework/testing': ['framework', 'platform/tenants'],
      },
      onlyFaces: true,
      builtins: true,
    },
    apps: { imports: ['framework', 'apps'], only: ['framework/index.ts'], onlyFaces: true, builtins: false },
    platform: {
      imports: ['framework', 'platform'],
      order: [
        'platform/tenants',
        'platform/sandbox',
        'platform/audit',
        'platform/reporting',
        'platform/backups',
        'platform/replication',
        'platform/migrate',
        'platform/staff',
        'platform/fleet',
        'platform/edge',
        'platform/panel',
        'platform/trust',
        'platform/cli',
      ],
      onlyFaces: true,
      builtins: true,
    },
    // The browser client speaks HTTP; it shares no code with the server.
    client: { imports: ['client'], builtins: false },
    tools: { imports: ['framework', 'apps', 'platform', 'tools', 'promises'], builtins: true },
    promises: { imports: ['tools'], builtins: true },
    // Whole servers under test, from outside: every room is in reach, and nothing imports them.
    tests: { imports: ['framework', 'apps', 'platform', 'tools', 'tests'], onlyFaces: true, builtins: true },
  },

  faces: ['framework/errors.ts', 'framework/index.ts'],
  testing: ['framework/testing'],
  computedImports: ['framework/modules', 'framework/testing', 'tools'],

  doors: [
    {
      modules: ['pg', 'pg-copy-streams', 'pg-pool', 'pg-protocol', 'pg-types'],
      only: ['framework/sql', 'tools/bench'],
      why: 'the one door to PostgreSQL; the benchmark holds its hand-written rival',
    },
    {
      modules: ['framework/orm', 'framework/access'],
      names: ['mintGrant'],
      only: ['framework/orm', 'framework/access', 'tests'],
      why: 'no query runs without a Grant, and only access/ makes one; a test sabotages it',
    },
    {
      modules: ['node:child_process', 'node:cluster'],
      only: ['platform/tenants', 'platform/sandbox', 'platform/audit', 'platform/cli', 'tools', 'tests'],
      tests: true,
      why: 'programs are started in named places',
    },
    {
      modules: ['node:vm', 'vm2', 'isolated-vm', 'node:repl', 'node:inspector'],
      only: [],
      why: 'no sandbox of this kind holds',
    },
    {
      modules: ['node:http', 'node:https', 'node:http2'],
      names: ['createServer', 'createSecureServer', 'Server', 'default'],
      only: ['framework/http', 'platform/cli', 'tools'],
      tests: true,
      why: 'requests enter through one pipeline',
    },
    {
      modules: ['node:module'],
      names: ['createRequire', 'register', 'registerHooks', 'default'],
      only: ['platform/tenants', 'framework/testing', 'tools'],
      why: 'modules are loaded by import; tenants only locate the packaged PostgreSQL, tests load mutants of the kernel',
    },
    {
      modules: ['saxes'],
      only: ['framework/rpc', 'framework/views', 'platform/migrate'],
      why: 'hostile XML is parsed in one guarded place',
    },
    { modules: ['sanitize-html'], only: ['framework/orm'], why: 'html fields are cleaned where they are written' },
    { modules: ['decimal.js'], only: ['framework/orm'], why: 'one arithmetic for money' },
    {
      modules: ['@peculiar/x509', 'reflect-metadata'],
      only: ['framework/http'],
      why: 'the local certificate authority',
    },
    {
      modules: ['quickjs-emscripten-core', '@jitl/quickjs-ng-wasmfile-release-sync'],
      only: ['platform/sandbox'],
      why: 'scripts of administrators run in one place, in processes that can be killed',
    },
    {
      modules: ['liquidjs'],
      only: ['framework/templates'],
      why: 'templates of administrators are filled in one place',
    },
    { modules: ['canonicalize'], only: ['framework/audit'], why: 'one spelling of an entry of the audit log' },
    { modules: ['pg-boss'], only: ['framework/jobs'], why: 'one queue' },
    { modules: ['yauzl'], only: ['platform/migrate'], tests: true, why: 'an uploaded zip is hostile' },
    {
      modules: ['tar-stream'],
      only: ['platform/backups'],
      tests: true,
      why: 'archives are read and written in one place',
    },
  ],

  forbidden: [
    { words: ['eval'], why: 'text never becomes code' },
    { words: ['new', 'Function'], why: 'text never becomes code' },
    { words: ['Function', '('], why: 'text never becomes code' },
    { words: ['.', 'constructor', '('], why: 'a function’s constructor makes code from text' },
    { words: ['process', '.', 'binding'], why: 'it goes round every door' },
    { words: ['process', '.', 'dlopen'], why: 'it goes round every door' },
  ],
}

/** The areas that hold code. */
export const areas: readonly string[] = Object.keys(rules.areas)

/** Every fault of the project below `root`: layers, doors, elevations and the list of dependencies. */
export function findLayerFaults(root: string): Fault[] {
  const sources = readSources(root, areas)
  return [...checkLayers(sources, rules), ...checkBudgets(root, sources), ...checkDependencies(root, sources)]
}

if (import.meta.main) {
  const faults = findLayerFaults(join(import.meta.dirname, '..'))
  for (const { file, line, rule, message } of faults) console.error(`${file}:${line} [${rule}] ${message}`)
  console.log(faults.length === 0 ? 'layers: clean' : `layers: ${faults.length} faults`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
