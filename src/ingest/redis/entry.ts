import { eventId } from '../event-id.ts'
import type { IncomingEvent } from '../ingest-source.ts'

/** An entry of a stream. */
export interface Entry {
  readonly id: string
  readonly fields: ReadonlyMap<string, Buffer>
}

/** The entries of a list as Redis answers it: `[id, [field, value, …]]` each. Those that have been deleted meanwhile are left out. */
export function entriesOf (reply: unknown): Entry[] {
  return listOf(reply).map(listOf).flatMap(([id, fields]) => Array.isArray(fields) ? [{ id: textOf(id), fields: fieldsOf(fields) }] : [])
}

/** A list, or none where there is something else. */
export function listOf (reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

/** A text of an answer; empty where there is something else. */
export function textOf (reply: unknown): string {
  return reply instanceof Buffer ? reply.toString() : ''
}

/** The event of an entry: its fields `subject`, `body` and, where its publisher gave one, `id`. */
export function toEvent ({ id, fields }: Entry, stream: string, attempt: number): IncomingEvent {
  const position = `${stream}:${id}`
  return {
    subject: fields.get('subject')?.toString() ?? '',
    id: eventId(fields.get('id')?.toString(), position),
    position,
    body: fields.get('body') ?? new Uint8Array(),
    attempt
  }
}

/** Names and values in turns, as Redis answers them; values that are no texts are left out. */
export function fieldsOf (list: readonly unknown[]): Map<string, Buffer> {
  const fields = new Map<string, Buffer>()
  for (let index = 0; index + 1 < list.length; index += 2) {
    const value = list[index + 1]
    if (value instanceof Buffer) fields.set(textOf(list[index]), value)
  }
  return fields
}
