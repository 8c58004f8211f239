import { BEARER_PROTOCOL } from './token-sources.ts'

/** One or more names as RFC 6455 wants them, separated by commas. */
const PROTOCOL_LIST = /^[!#$%&'*+.^`|~\w-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^`|~\w-]+)*$/

/** True for a `Sec-WebSocket-Protocol` header of valid names, none of them twice. */
export function isProtocolList (header: string): boolean {
  const protocols = parseProtocols(header)
  return PROTOCOL_LIST.test(header) && new Set(protocols).size === protocols.length
}

/** The entries of a `Sec-WebSocket-Protocol` header, in order. */
export function parseProtocols (header = ''): string[] {
  return header === '' ? [] : header.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
}

/** The first entry that names a known dialect; the entry after `bearer` is a token, whatever it looks like. */
export function offeredDialect (protocols: readonly string[], known: { has (name: string): boolean }): string | undefined {
  const token = protocols.indexOf(BEARER_PROTOCOL) + 1
  return protocols.find((entry, index) => known.has(entry) && (token === 0 || index !== token))
}

/** What the server answers to a list of subprotocols: the dialect if one was offered, else `bearer`, never a token. */
export function answerProtocol (protocols: readonly string[], known: { has (name: string): boolean }): string | false {
  return offeredDialect(protocols, known) ?? (protocols.includes(BEARER_PROTOCOL) ? BEARER_PROTOCOL : false)
}
