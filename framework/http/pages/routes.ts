/** The pages as routes of the pipeline. */

import type { LinkPurpose } from '../../auth/index.ts'
import { html as htmlReply, redirect } from '../answer/reply.ts'
import type { Exchange, Reply } from '../exchange.ts'
import type { Route } from '../routes.ts'
import { accessPath, costsPath, showAccess, showCosts } from './access/access-page.ts'
import { endKey, keysPath, makeKey, showKeys } from './keys/keys-page.ts'
import { assetRoutes } from './look/assets.ts'
import { programsPath, setPolicy, showPrograms } from './programs/programs-page.ts'
import { showModel, showModels } from './reference/reference-page.ts'
import { choose, showChoice } from './sign-in/choose-password.ts'
import { login, logout, showLogin } from './sign-in/login.ts'
import { linkPaths, startPath } from './sign-in/paths.ts'
import { signedIn } from './signed-in.ts'
import { readStart, type StartData } from './start/start-data.ts'
import { type BackupInfo, startPage } from './start/start-page.ts'

export interface PageOptions {
  /** The backups of a tenant, newest first; without it the start page shows none. */
  readonly backups?: (tenant: string) => Promise<readonly BackupInfo[]>
  /** Reads what the start page shows; a test may put another reader here. */
  readonly readStart?: (tenant: NonNullable<Exchange['tenant']>, uid: number) => Promise<StartData>
  readonly now?: () => Date
}

const formBytes = 64 * 1024

/** All pages: sign-in, one-time links, start page, reference, and what they load. */
export function pageRoutes(options: PageOptions = {}): readonly Route[] {
  const start = showStart(options)
  const pageOf = (path: string, handler: Route['handler']): Route => ({
    method: 'GET',
    path,
    kind: 'PAGE',
    session: 'required',
    handler,
  })
  return [
    ...assetRoutes,
    {
      method: 'GET',
      path: '/',
      kind: 'PAGE',
      tenant: 'optional',
      session: 'optional',
      handler: (exchange) => redirect(exchange.tenant !== null && exchange.session !== null ? startPath : '/web/login'),
    },
    pageOf('/web', start),
    pageOf('/odoo', start),
    pageOf(keysPath, showKeys),
    { method: 'POST', path: keysPath, kind: 'PAGE', session: 'required', maxBodyBytes: formBytes, handler: makeKey },
    {
      method: 'POST',
      path: `${keysPath}/revoke`,
      kind: 'PAGE',
      session: 'required',
      maxBodyBytes: formBytes,
      handler: endKey,
    },
    pageOf(programsPath, showPrograms),
    {
      method: 'POST',
      path: programsPath,
      kind: 'PAGE',
      session: 'required',
      maxBodyBytes: formBytes,
      handler: setPolicy,
    },
    pageOf(accessPath, showAccess),
    pageOf(costsPath, showCosts),
    pageOf('/doc', showModels),
    pageOf('/doc/:model', showModel),
    { method: 'GET', path: '/web/login', kind: 'PAGE', tenant: 'optional', session: 'optional', handler: showLogin },
    // Without a session there is nothing that a forged form could use; the origin check keeps others from signing somebody in.
    {
      method: 'POST',
      path: '/web/login',
      kind: 'PAGE',
      tenant: 'optional',
      session: 'optional',
      safe: true,
      maxBodyBytes: formBytes,
      handler: login,
    },
    {
      method: 'POST',
      path: '/web/logout',
      kind: 'PAGE',
      session: 'required',
      maxBodyBytes: formBytes,
      handler: logout,
    },
    ...(['first-login', 'reset'] as const).flatMap(linkRoutes),
  ]
}

function linkRoutes(purpose: LinkPurpose): Route[] {
  const path = `${linkPaths[purpose]}/:token`
  return [
    { method: 'GET', path, kind: 'LINK', handler: showChoice(purpose) },
    { method: 'POST', path, kind: 'LINK', maxBodyBytes: formBytes, handler: choose(purpose) },
  ]
}

function showStart(options: PageOptions): (exchange: Exchange) => Promise<Reply> {
  const read = options.readStart ?? readStart
  return async (exchange) => {
    const { tenant, uid } = signedIn(exchange)
    const data = await read(tenant, uid)
    const backups = data.isAdministrator && options.backups !== undefined ? await options.backups(tenant.name) : null
    return htmlReply(
      startPage({
        data,
        database: tenant.name,
        server: exchange.origin,
        backups,
        csrfToken: exchange.csrfToken(),
        now: options.now?.() ?? new Date(),
      }),
    )
  }
}
