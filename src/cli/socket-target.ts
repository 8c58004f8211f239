import { printable } from './printable.ts'
import { UsageError } from './usage-error.ts'

/** Where to connect. */
export interface SocketTarget {
  readonly href: string
  /** The same without query and credentials: they may be secret. */
  readonly shown: string
}

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' }

/** Reads the address of a service; without a path it is `/ws`. */
export function socketTarget (text: string): SocketTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = SCHEMES[url?.protocol ?? '']
  if (url === undefined || scheme === undefined) {
    throw new UsageError(`--url: expected an address such as ws://localhost:8080/ws, got ${printable(withoutQuery(text))}`)
  }
  url.protocol = scheme
  url.hash = ''
  if (url.pathname === '/') url.pathname = '/ws'
  return { href: url.href, shown: `${url.protocol}//${url.host}${url.pathname}` }
}

function withoutQuery (text: string): string {
  return text.replace(/\?.*/s, '').replace(/\/\/.*@/s, '//')
}
