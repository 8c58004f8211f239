import { closeCodes, type CloseCode, type Reconnect } from '../protocol/close-codes.ts'
import { printable } from './printable.ts'

const ADVICE: Readonly<Record<Reconnect, string>> = {
  no: 'do not reconnect',
  yes: 'reconnect',
  'new token': 'reconnect with a new token',
  'back-off': 'reconnect after a pause'
}

/** Ends that no server of ours chooses: RFC 6455 section 7.4.1. */
const OTHERS: Readonly<Record<number, string>> = {
  1001: 'the other side is going away; reconnect',
  1002: 'protocol error; do not reconnect',
  1005: 'closed without a code',
  1006: 'the connection broke; reconnect',
  1007: 'a text was not UTF-8; do not reconnect',
  1009: 'a frame was far too large; do not reconnect',
  1011: 'internal error of the other side; reconnect after a pause'
}

/** A close code with its reason and what to do about it. */
export function describeClose ({ code, reason }: { readonly code: number, readonly reason: string }): string {
  const known: CloseCode | undefined = Object.values(closeCodes).find((entry) => entry.code === code)
  const meaning = known === undefined ? OTHERS[code] : `${known.reason}; ${ADVICE[known.reconnect]}`
  const said = reason === '' || meaning?.startsWith(reason) === true ? '' : ` (${printable(reason)})`
  return `${code}${said}${meaning === undefined ? '' : `: ${meaning}`}`
}
