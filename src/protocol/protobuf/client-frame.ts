import { frameFields } from './fields.ts'
import { typeOfNumber } from './types.ts'
import { WireReader } from './wire-reader.ts'

/** What a client's frame holds. */
export interface ClientFrame {
  /** Empty where it has none. */
  readonly type: string
  readonly id: string | undefined
  readonly room: string | undefined
  /** JSON, as far as the client keeps its word. */
  readonly payload: string | undefined
}

/** Reads a frame. Of a field that is there more than once the last one counts; one that is not known is passed over. Throws `INVALID_FORMAT`. */
export function readClientFrame (bytes: Buffer): ClientFrame {
  const reader = new WireReader(bytes)
  let type = ''
  let id: string | undefined
  let room: string | undefined
  let payload: string | undefined
  for (let field = reader.field(); field !== undefined; field = reader.field()) {
    switch (field) {
      case frameFields.known: type = typeOfNumber(reader.number()); break
      case frameFields.name: type = reader.text(); break
      case frameFields.id: id = reader.text(); break
      case frameFields.room: room = reader.text(); break
      case frameFields.payload: payload = reader.text(); break
      default: reader.skip()
    }
  }
  return { type, id, room, payload }
}
