/** All words of the pages, in English. Another language is a file with the same shape. */

/** A number of things in words. */
function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

export const english = {
  language: 'en',
  product: 'Holdfast',
  skip: 'Skip to the content',
  database: 'Database',
  signOut: 'Sign out',
  footer: 'Holdfast · free software under the LGPL',
  ago: (seconds: number): string => {
    if (seconds < 90) return 'just now'
    if (seconds < 90 * 60) return `${count(Math.round(seconds / 60), 'minute', 'minutes')} ago`
    if (seconds < 36 * 3600) return `${count(Math.round(seconds / 3600), 'hour', 'hours')} ago`
    return `${count(Math.round(seconds / 86_400), 'day', 'days')} ago`
  },
  signIn: {
    title: 'Sign in',
    to: (database: string): string => `to ${database}`,
    login: 'Email or login',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'Login or password is not right.',
    empty: 'Fill in login and password.',
    passwordSet: 'Your new password is set. Sign in with it.',
    signedOut: 'You are signed out.',
    lost: 'Lost your password? Your administrator can send you a link to choose a new one.',
    chooseTitle: 'Choose a database',
    chooseIntro: 'This server holds more than one. Where do you want to sign in?',
  },
  choose: {
    firstTitle: 'Welcome',
    firstIntro: (login: string, database: string): string =>
      `Choose the password for ${login} on ${database}. Nobody else gets to see it.`,
    resetTitle: 'Choose a new password',
    resetIntro: (login: string, database: string): string =>
      `For ${login} on ${database}. You will be signed out everywhere else.`,
    password: 'New password',
    repeat: 'The same again',
    submit: 'Set password',
    different: 'The two passwords are not the same.',
    rules: (least: number): readonly string[] => [
      `At least ${least} characters; a few unrelated words are easy to remember.`,
      'Any characters, spaces included. No digits or signs are asked for.',
      'Not your name, your login or the company, and none that attackers try first.',
    ],
    deadTitle: 'This link no longer works',
    dead: 'It has been used, or its time is over. Ask your administrator for a new one.',
    toSignIn: 'Go to the sign-in page',
  },
  start: {
    title: 'Start',
    greeting: (name: string): string => `Signed in as ${name}`,
    applications: 'Applications',
    noApplications: 'No applications are installed in this database yet.',
    noCounts: 'No records that you may see.',
    backups: 'Backups',
    noBackups: 'There is no backup of this database yet.',
    backupsUnknown: 'The backups are shown to administrators of this database.',
    backupColumns: { taken: 'Taken', age: 'Age', kind: 'Kind', size: 'Size', state: 'State' },
    backupStates: { verified: 'verified', complete: 'complete', failed: 'failed', running: 'running' },
    programs: 'For programs',
    programsIntro:
      "Clients of Odoo's external API work with these addresses. Use your login and an API key or password.",
    server: 'Server',
    reference: 'API reference',
    referenceLink: 'Models and methods that you may call',
    keys: 'API keys',
    keysLink: 'Make and revoke your keys',
    callers: 'Callers',
    callersLink: 'Programs that call, and what they may use',
  },
  keys: {
    title: 'API keys',
    intro:
      'A key lets a program work as you, without your password. Make one for each program, so that you can end each by itself.',
    make: 'New key',
    name: 'Which program is it for?',
    days: 'Valid for',
    /** Days and their words; the first is the default, 0 is for ever. */
    dayChoices: [
      [90, '90 days'],
      [30, '30 days'],
      [365, 'a year'],
      [0, 'until revoked'],
    ] as readonly (readonly [number, string])[],
    password: 'Your password',
    submit: 'Make key',
    wrong: 'Your password is not right.',
    made: 'This is the key. Copy it now: it is shown this once.',
    none: 'You have no keys.',
    columns: { name: 'Program', begins: 'Begins with', made: 'Made', used: 'Last used', ends: 'Ends' },
    never: 'never',
    expired: 'expired',
    revoke: 'Revoke',
    revokeNamed: (name: string): string => `Revoke the key of ${name}`,
  },
  programs: {
    title: 'Programs that call',
    intro:
      'Each program that calls this database, counted every few seconds. XML-RPC and JSON-RPC are older protocols that Odoo itself gives up; JSON-2 with a key is here to stay.',
    switches: 'What programs may use',
    names: { xmlRpc: 'XML-RPC', jsonRpc: 'JSON-RPC', passwords: 'Passwords' },
    hints: {
      xmlRpc: '/xmlrpc/2 and /xmlrpc. Off: calls are refused and told to use JSON-2.',
      jsonRpc: '/jsonrpc. Off: calls are refused and told to use JSON-2.',
      passwords: 'Off: programs need an API key. People sign in on the pages as before.',
    },
    save: 'Save',
    callers: 'Callers',
    none: 'No program has called yet.',
    noAgent: '(says nothing about itself)',
    old: 'older protocol',
    columns: {
      agent: 'Program',
      protocol: 'How',
      user: 'As',
      calls: 'Calls',
      methods: 'Mostly',
      first: 'First seen',
      last: 'Last seen',
    },
    protocols: { 'xml-rpc': 'XML-RPC', 'json-rpc': 'JSON-RPC', 'json-2': 'JSON-2', web: 'Web session' } as Readonly<
      Record<string, string>
    >,
    credentials: { password: 'password', key: 'API key', session: 'session' } as Readonly<Record<string, string>>,
    more: (n: number): string => `and ${count(n, 'other', 'others')}`,
  },
  reference: {
    title: 'API reference',
    intro: (models: number): string =>
      `${count(models, 'model', 'models')} that you may use, with their fields and methods.`,
    model: 'Model',
    description: 'Description',
    methods: 'Methods',
    fields: 'Fields',
    field: 'Field',
    label: 'Label',
    type: 'Type',
    returns: 'Returns',
    required: 'required',
    readonly: 'computed',
    argument: 'Argument',
    initial: 'If not given',
    changes: 'may change data',
    examples: 'Examples for the shell, Python and TypeScript',
    tryIt: 'Try it: named arguments as JSON',
    run: 'Run',
    runForReal: 'Run for real',
    tryKey: 'API key for trying (optional)',
    trySession: 'empty: your session',
    tryHint: 'Calls run in this very database, with your rights or those of the key. The key stays in this page.',
    noObject: 'Named arguments are a JSON object.',
    keys: 'API keys',
    keysLink: 'Make and revoke your keys',
    back: 'All models',
    backToStart: 'Start page',
    onModel: 'on the model',
    onRecords: 'on records',
    own: 'Methods of this model',
    base: 'Methods that every model has',
  },
  errors: {
    400: ['This request was not understood', 'Go back and try again.'],
    403: ['This is not for you', 'You may not open this page, or it came from another site.'],
    404: ['There is nothing here', 'The address may be mistyped, or what was here has gone.'],
    405: ['This cannot be done here', 'Go back and try again.'],
    413: ['That is too much at once', 'The request is larger than this page takes.'],
    421: ['This address is not served here', 'Check the name in the address bar.'],
    429: ['Too many tries', 'Wait a little and try again.'],
    500: [
      'Something went wrong on our side',
      'Nothing was changed. If it happens again, tell your administrator the reference below.',
    ],
    503: ['We will be back in a moment', 'The database does not answer right now. Try again shortly.'],
  } as Readonly<Record<number, readonly [string, string]>>,
  referenceNumber: 'Reference',
  toStart: 'Go to the start page',
}

export type Texts = typeof english
