import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import {
  AccessError,
  ConflictError,
  InvalidRequestError,
  MissingError,
  RateLimitError,
  ServerError,
  UnavailableError,
  UserError,
  ValidationError,
} from '../../../framework/errors.ts'
import { failureOf, printFailure } from '../output/failure.ts'
import { terminalOf } from '../output/terminal.ts'
import { verbs } from '../verbs/table.ts'
import { exitCodes, exitNameOf, UsageError } from './exit-codes.ts'
import { overview, verbHelp } from './help.ts'
import { canDryRun, parseCommand } from './parse.ts'
import { distance, nearest } from './suggest.ts'

const parse = (line: string) =>
  parseCommand(
    line.split(' ').filter((word) => word !== ''),
    verbs,
    '/here',
  )
const terminal = terminalOf(process.stdout, { NO_COLOR: '1' })

describe('a command line', () => {
  test('becomes a verb of one or two words with its arguments and options', () => {
    const { verb, args, isJson, isDryRun } = parse('tenant create acme --apps sales,contacts --demo --json --dry-run')
    assert.equal(verb.name, 'tenant create')
    assert.deepEqual(args, { arguments: { NAME: 'acme' }, options: { apps: 'sales,contacts', demo: true } })
    assert.deepEqual([isJson, isDryRun], [true, true])
    assert.equal(parse('up').verb.name, 'up')
  })

  test('has its paths resolved where the person stands', () => {
    assert.equal(parse('import-odoo old/dump.zip --tenant acme').args.arguments['ZIP'], '/here/old/dump.zip')
    assert.equal(parse('backup export 1 ../x.zst').args.arguments['FILE'], '/x.zst')
    assert.equal(
      parse('tenant create a --admin-password-file secret').args.options['admin-password-file'],
      '/here/secret',
    )
  })

  test('is refused with a hint when it is wrong', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['tenant', /needs a second word.*tenant create/],
      ['tenant lst', /no verb 'tenant lst'.*tenant list/],
      ['tenants list', /Did you mean: tenant list/],
      ['bakcup create acme', /Did you mean: backup create/],
      ['frobnicate', /holdfast help/],
      ['constructor', /no verb 'constructor'/],
      ['tenant create', /needs NAME.*Usage: holdfast tenant create NAME/],
      ['tenant create a b', /'b'/],
      ['tenant create a --app sales', /--apps/],
      ['tenant create a --apps', /--apps.*A,B/],
      ['tenant create a --demo=yes', /--demo.*no value/],
      ['tenant list --dry-run', /no option '--dry-run'/],
      ['import-odoo x.zip', /needs --tenant NAME/],
      ['user reset-password admin', /needs --tenant NAME/],
    ]
    for (const [line, expected] of cases) {
      assert.throws(
        () => parse(line),
        (error: UsageError) => error instanceof UsageError && expected.test(`${error.message} ${error.next ?? ''}`),
        line,
      )
    }
  })

  test('offers a dry run for every verb that changes things, and for no other', () => {
    const without = verbs.filter((verb) => !canDryRun(verb)).map(({ name }) => name)
    assert.deepEqual(without.sort(), [
      'access costs',
      'access explain',
      'app list',
      'audit checkpoint',
      'audit list',
      'audit proof',
      'audit verify',
      'backup list',
      'backup verify',
      'doctor',
      'help',
      'reporting list',
      'tenant list',
      'up',
      'version',
    ])
  })
})

test('help tells of every verb, argument and option', () => {
  const all = overview(verbs, terminal)
  for (const verb of verbs) {
    assert.ok(all.includes(`  ${verb.name} `), verb.name)
    const page = verbHelp(verb, terminal)
    for (const { name } of verb.arguments) assert.ok(page.includes(name))
    for (const name of [...Object.keys(verb.options), 'json']) assert.ok(page.includes(`--${name}`))
    assert.equal(page.includes('--dry-run'), canDryRun(verb))
  }
})

test('a mistyped word finds the one that was meant, and a foreign one finds none', () => {
  assert.deepEqual(nearest('bakcup', ['backup', 'restore']), ['backup'])
  assert.deepEqual(nearest('doc', ['doctor', 'up']), ['doctor'])
  assert.deepEqual(nearest('xyzzy', ['backup', 'restore', 'up']), [])
  assert.equal(distance('kitten', 'sitting'), 3)
  assert.equal(distance('ab', 'ba'), 1)
  assert.equal(distance('x'.repeat(100_000), 'y'.repeat(100_000)), Number.POSITIVE_INFINITY)
})

test('every class of error has its exit code', () => {
  const cases: readonly (readonly [unknown, keyof typeof exitCodes])[] = [
    [new UsageError('x'), 'usage'],
    [new InvalidRequestError('ERR_APP_UNKNOWN', 'x'), 'usage'],
    [new ValidationError('ERR_TENANT_NAME', 'x'), 'usage'],
    [new MissingError('ERR_X', 'x'), 'missing'],
    [new ConflictError('ERR_X', 'x'), 'conflict'],
    [new ValidationError('ERR_X', 'x'), 'refused'],
    [new AccessError('ERR_X', 'x'), 'refused'],
    [new UserError('ERR_X', 'x'), 'refused'],
    [new UnavailableError('ERR_X', 'x'), 'unavailable'],
    [new RateLimitError('ERR_X', 'x', 1), 'unavailable'],
    [new ServerError('ERR_X', 'x'), 'failed'],
    [new Error('x'), 'failed'],
    ['thrown text', 'failed'],
  ]
  for (const [error, name] of cases) assert.equal(exitNameOf(error), name)
})

test('an unexpected error shows neither its words nor its stack, but the reference under which the log has both', () => {
  const logged: unknown[] = []
  const failure = failureOf(new Error('SELECT secret FROM t'), (reference, cause) => logged.push(reference, cause))
  const shown = printFailure(failure, terminal)
  assert.doesNotMatch(shown, /SELECT|secret|\.ts:/)
  assert.ok(shown.includes(String(logged[0])))
  assert.match(String((logged[1] as Error).message), /SELECT secret/)
})

test('a full disk is called so, whichever program met it', () => {
  const cp = Object.assign(new Error('Command failed: cp'), { code: 1, stderr: 'cp: error: No space left on device' })
  const byPostgres = Object.assign(new Error('could not extend file'), { code: '53100' })
  const setUp = new ServerError('ERR_INSTANCE_SETUP', 'A database instance could not be set up.', { cause: cp })
  for (const error of [cp, byPostgres, setUp, Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' })]) {
    const { code, message, exit } = failureOf(error)
    assert.deepEqual([code, message, exit], ['ERR_ENOSPC', 'The disk is full.', 'unavailable'])
  }
})

test('control characters of a message cannot steer the terminal', () => {
  const shown = printFailure({ code: 'ERR_X', message: 'name \u001b[2J\u202egpj', exit: 'failed' }, terminal)
  assert.ok(!shown.includes('\u001b') && !shown.includes('\u202e'))
})

test('the guide for operators shows the table of exit codes as it is', () => {
  const guide = readFileSync(new URL('../../../docs/guides/operate.md', import.meta.url), 'utf8')
  const rows = [...guide.matchAll(/^\| (\d+) \| (.+?) \|$/gm)].map(([, code, means]) => [Number(code), means])
  assert.deepEqual(
    rows,
    Object.values(exitCodes).map(({ code, means }) => [code, means]),
  )
})

test('the guide for operators names every verb', () => {
  const guide = readFileSync(new URL('../../../docs/guides/operate.md', import.meta.url), 'utf8')
  for (const { name } of verbs) assert.ok(guide.includes(`\`holdfast ${name}`), name)
})

test('every command in README and in the guide is one that the program understands', () => {
  let checked = 0
  for (const page of ['README.md', 'docs/guides/operate.md']) {
    const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')
    const typed = [
      ...text.matchAll(/^\s*(?:ExecStart=\/opt\/holdfast\/)?bin\/holdfast (.+)$/gm),
      ...text.matchAll(/`(?:bin\/)?holdfast ([^`]+)`/g),
    ]
    for (const [, words = ''] of typed) {
      parse(words.replace(/\[[A-Z]+\]/g, ''))
      checked++
    }
  }
  assert.ok(checked > 25)
})
