import { usualForm, type Form, type Said } from './firehose-forms.ts'
import type { Order } from './page/wire.ts'

const TIMESTAMP = '2026-01-01T00:00:00.000Z'
/** Says that the length stands in the next two bytes. */
const LENGTH_16 = 126
const MOST_BYTES = 0xffff

/** A message of the room as the service would send it. */
export function messageOf (seq: number, content: string): Said {
  return { type: 'new_message', id: `bob-${seq}`, room: 'bench', payload: { content }, sender: { id: 'bob', name: 'Bob' }, timestamp: TIMESTAMP, seq }
}

/** The numbers in the order in which they are sent. */
export function numbersOf ({ messages, skip, repeat }: Order): number[] {
  return Array.from({ length: messages }, (_, index) => index + 1)
    .flatMap((seq) => seq === skip ? [] : seq === repeat ? [seq, seq] : [seq])
}

/** What is said in at most 65,535 bytes as a WebSocket frame of a server. */
export function frameOf (said: Said, form: Form = usualForm): Buffer {
  const body = form.encode(said)
  if (body.length > MOST_BYTES) throw new RangeError(`expected at most ${MOST_BYTES} bytes, got ${body.length}`)
  if (body.length < LENGTH_16) return Buffer.concat([Buffer.from([form.firstByte, body.length]), body])
  return Buffer.concat([Buffer.from([form.firstByte, LENGTH_16, body.length >> 8, body.length & 0xff]), body])
}
