import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Headers of everything under `/console`: the page runs its own files and talks to its own service, and nobody frames it. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff'
}

/** What a proxy adds to a request that it passes on. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const

/**
 * True for a request that a program or a page of this machine made to an address of this machine. Not one that a proxy here passed on,
 * nor one by a page of another site, even where that site's name leads to this machine.
 */
export function isFromHere ({ headers, socket, raw, protocol }: FastifyRequest): boolean {
  const { host = '', origin } = headers
  if (!isLoopback(socket.remoteAddress ?? '') || FORWARDED.some((name) => headers[name] !== undefined)) return false
  if (!isOwnName(host) || !isSameSite(raw.headers['sec-fetch-site'])) return false
  return origin === undefined || origin === `${protocol}://${host}`
}

function isSameSite (site: string | string[] | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none'
}

function isOwnName (host: string): boolean {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
  const name = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  return name === 'localhost' || isLoopback(name)
}

function isLoopback (address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}
