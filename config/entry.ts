import type { Setting } from './env-schema.ts'

/** A value as someone wrote it: text, or the entries of a list in a file. */
export type RawValue = string | readonly string[]

/** One written value and where it stands. */
export interface Entry {
  /** Name of the setting as understood: `WEBSOCKET_PING_INTERVAL`. */
  readonly name: string
  /** Name as written, for messages: the variable, or `websocket.ping_interval in hub.yaml`. */
  readonly source: string
  readonly raw: RawValue
}

/** What was found wrong or odd so far. */
export interface Report {
  readonly problems: string[]
  readonly warnings: string[]
}

/** A name for messages that begins with the setting's own and adds the one that was written. */
export function labelOf ({ env }: Setting, { source }: Entry): string {
  return source === env ? env : `${env} (as ${source})`
}

const SHOWN_LENGTH = 80

/** A value for messages: one line, short, without the credentials of an address. Not for secrets. */
export function shown (raw: RawValue): string {
  const text = typeof raw === 'string' ? raw : raw.join(',')
  const short = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
  return short.replace(/\/\/\S*@/g, '//***@').replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
