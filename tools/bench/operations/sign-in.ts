/** What happens before anybody is known: the check of a password, the page that asks for one. */

import { type Account, hostOf } from '../data/prepare.ts'
import type { Operation } from './operation.ts'

const login = ({ login, password }: Account) => [login, password]

export const signIns: readonly Operation[] = [
  {
    key: 'h',
    title: 'common.login, password check',
    as: 'seller',
    protocols: ['JSON-RPC'],
    concurrency: [1, 16],
    recordsPerCall: 1,
    // What was verified a moment ago is not hashed again for a program; by hand one remembers nothing.
    aim: null,
    calls: [],
    request: ({ tenants, seller }, n) => ({
      path: '/jsonrpc',
      headers: 'Content-Type: application/json\r\n',
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'call',
        id: n,
        params: { service: 'common', method: 'login', args: [tenants[n % tenants.length], ...login(seller)] },
      }),
    }),
    rivalArguments: ({ seller }) => login(seller),
    rivalPlan: () => ({
      text: 'SELECT id, password FROM res_users WHERE login = $1 AND active',
      values: [null],
      slots: [0],
      answer: 'password',
    }),
    rivalDoes: 'the same hash with the same rounds; no throttle, no bound to how many run at once, nothing remembered',
  },
  {
    key: 'j',
    title: 'GET of the sign-in page',
    as: 'seller',
    protocols: ['HTTP'],
    concurrency: [1, 16],
    recordsPerCall: 1,
    aim: null,
    calls: [],
    request: ({ tenants }, n) => ({
      method: 'GET',
      path: '/web/login',
      // As a proxy on this machine hands over what came by HTTPS.
      headers: 'X-Forwarded-Proto: https\r\n',
      body: '',
      host: hostOf(tenants[n % tenants.length] as string),
    }),
    rivalArguments: () => [],
    rivalPlan: (_data, _sent, served) => ({ text: String(served), values: [], slots: [], answer: 'page' }),
    rivalDoes: 'the same bytes from memory: no host, cookie, session or text looked up, no security headers',
  },
]
