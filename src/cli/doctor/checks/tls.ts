import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { errorText } from '../../error-text.ts'
import { shown } from '../answer.ts'
import type { Check } from '../check.ts'
import { failed, ok, warning, type Finding } from '../finding.ts'
import { hostOf, isLoopback, portOf } from '../host.ts'
import type { Visit } from '../visit.ts'
import { within } from '../within.ts'

const DAY_MS = 86_400_000
/** Renewals by ACME come 30 days before the end: with less than this they do not work. */
const SOON_DAYS = 14

const adviceOf: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate, and let the proxy load it (nginx -s reload): a renewal alone does not.',
  CERT_NOT_YET_VALID: 'The certificate begins in the future: see the clock of this machine, and of whoever issued it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for other names: get one for this name, or see which one the proxy picks (nginx: server_name, HAProxy: crt-list).',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The intermediate certificate is missing: give the proxy the whole chain (nginx: ssl_certificate fullchain.pem, HAProxy: crt with chain and key).',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'This machine does not know who issued it, or the chain is not whole (nginx: ssl_certificate fullchain.pem). A CA of your own: NODE_EXTRA_CA_CERTS.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Browsers trust no self-signed certificate: get one of a public CA; for a CA of your own set NODE_EXTRA_CA_CERTS to its file.',
  SELF_SIGNED_CERT_IN_CHAIN: 'This machine does not know the CA: for one of your own set NODE_EXTRA_CA_CERTS to its file. Browsers need it as well.'
}

/** Is the connection encrypted, and by a certificate that clients trust? */
export const tls: Check = {
  name: 'tls',
  needs: 'address',
  async run (visit) {
    const host = hostOf(visit.options.href)
    if (new URL(visit.options.href).protocol === 'wss:') return await examine(host, visit)
    if (isLoopback(host)) return ok('none, and none needed on this machine')
    return warning('none', 'Tokens and messages can be read, and changed, on the way: let a proxy speak TLS, and clients use wss://.')
  }
}

async function examine (host: string, visit: Visit): Promise<Finding> {
  const { href, timeoutMs } = visit.options
  // Looked at in any case: a refusal would hide what is wrong with it.
  const socket = connect({ host, port: portOf(href), rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) })
  visit.onEnd(() => socket.destroy())
  try {
    await within(once(socket, 'secureConnect'), timeoutMs, 'TLS')
    const finding = judge(socket)
    visit.isReachable = finding.status !== 'failed'
    return finding
  } catch (error) {
    visit.isReachable = false
    return failed(shown(errorText(error)), 'No TLS of version 1.2 or later is spoken on this port: see listen ... ssl and ssl_protocols (nginx), bind ... ssl (HAProxy), or use ws://.')
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}

function judge (socket: TLSSocket): Finding {
  const { valid_to: validTo } = socket.getPeerCertificate()
  const days = Math.floor((new Date(validTo).getTime() - Date.now()) / DAY_MS)
  const value = `${socket.getProtocol()}, certificate valid for ${days} days`
  const data = { version: socket.getProtocol(), valid_days: days }
  if (!socket.authorized) {
    const code = codeOf(socket.authorizationError)
    return failed(`${socket.getProtocol()}, ${code}`, adviceOf[code] ?? 'Clients refuse this certificate.', data)
  }
  if (days < SOON_DAYS) return warning(value, 'It ends soon: renew it, and see why that did not happen by itself (certbot renew --dry-run).', data)
  return ok(value, data)
}

/** Node sets the code where the types promise an error. */
function codeOf (problem: unknown): string {
  return shown(typeof problem === 'string' ? problem : errorText(problem))
}
