/** TLS of the server: versions, suites, curves, and which certificate a host name gets. */

import { createSecureContext, type SecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import type { HostPolicy } from '../checks/host.ts'
import type { Log } from '../../rpc/index.ts'
import type { CertificateAuthority } from './certificates.ts'

// Keeps promise: encryption/https
// Keeps promise: encryption/grade-a
// Mozilla TLS 6.0 "intermediate" without its 128-bit suites: every one left has forward secrecy, AEAD and 256 bits.
const settings: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers:
    'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305',
  ecdhCurve: 'X25519MLKEM768:X25519:P-384:P-256',
}

const maxHosts = 2_000
const renewEveryMs = 12 * 3_600_000

export interface ServerTls {
  readonly options: TlsOptions
  /** Looks at the certificate now and then; `apply` gets a renewed one. Returns how to stop. */
  keepFresh(apply: (options: SecureContextOptions) => void): () => void
}

// Keeps promise: encryption/certificates
export async function serverTls(
  authority: CertificateAuthority,
  hosts: HostPolicy,
  log: Log,
  ticketKeys?: Uint8Array,
): Promise<ServerTls> {
  const common = ticketKeys === undefined ? settings : { ...settings, ticketKeys: Buffer.from(ticketKeys) }
  const contexts = new Map<string, Promise<SecureContext>>()
  const current = async () => ({ ...common, ...(await authority.server(new Date())) })
  const forHost = (host: string): Promise<SecureContext> => {
    let context = contexts.get(host)
    if (context === undefined) {
      if (contexts.size >= maxHosts) contexts.clear()
      context = authority.forHost(host, new Date()).then((pair) => createSecureContext({ ...common, ...pair }))
      contexts.set(host, context)
    }
    return context
  }
  return {
    options: {
      ...(await current()),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: 10_000,
      // Any name of ours gets a certificate, whether a tenant has it or not: the handshake tells nothing.
      SNICallback: (name, done) => {
        const host = name.toLowerCase()
        if (hosts.kindOf(host) !== 'tenant') return done(null)
        forHost(host).then(
          (context) => done(null, context),
          (cause) => {
            contexts.delete(host)
            log({ level: 'error', event: 'certificate for a host failed', cause })
            done(null)
          },
        )
      },
    },
    keepFresh: (apply) => {
      const timer = setInterval(() => {
        contexts.clear()
        current().then(apply, (cause) => log({ level: 'error', event: 'certificate renewal failed', cause }))
      }, renewEveryMs)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}
