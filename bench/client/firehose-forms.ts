import { Reader } from '../../client/binary/reader.ts'
import { numberedTypes } from '../../client/binary/types.ts'
import { Writer } from '../../client/binary/writer.ts'

/** What a client says. */
export interface Request {
  readonly type: string
  readonly id?: string | undefined
  readonly room?: string | undefined
  readonly payload?: unknown
}

/** What the service says. */
export interface Said extends Request {
  readonly sender?: { readonly id: string, readonly name: string } | undefined
  readonly timestamp: string
  readonly seq?: number | undefined
}

/** How things are said on a connection. */
export interface Form {
  /** The first byte of a whole frame. */
  readonly firstByte: number
  encode (said: Said): Buffer
  decode (content: Buffer): Request
}

const JSON_FORM: Form = {
  firstByte: 0x81,
  encode: (said) => Buffer.from(JSON.stringify(said)),
  decode: (content) => JSON.parse(content.toString())
}

/** Numbers of fields, as `hub.proto` has them. */
const FIELD = { known: 1, name: 2, id: 3, room: 4, payload: 5, sender: 6, timestamp: 7, seq: 8 } as const

const writer = new Writer()

const PROTOBUF_FORM: Form = {
  firstByte: 0x82,
  encode ({ type, id, room, payload, sender, timestamp, seq }) {
    writer.start()
    writer.number(FIELD.known, numberedTypes.indexOf(type))
    if (id !== undefined) writer.text(FIELD.id, id)
    if (room !== undefined) writer.text(FIELD.room, room)
    writer.text(FIELD.payload, JSON.stringify(payload ?? null))
    if (sender !== undefined) writer.text(FIELD.sender, personOf(sender))
    writer.number(FIELD.timestamp, Date.parse(timestamp))
    if (seq !== undefined) writer.number(FIELD.seq, seq)
    return Buffer.from(writer.take())
  },
  decode (content) {
    const reader = new Reader(content)
    const request: { -readonly [K in keyof Request]: Request[K] } = { type: '' }
    for (let field = reader.field(); field > 0; field = reader.field()) {
      switch (field) {
        case FIELD.known: request.type = numberedTypes[reader.number()] ?? ''; break
        case FIELD.name: request.type = reader.text(); break
        case FIELD.id: request.id = reader.text(); break
        case FIELD.room: request.room = reader.text(); break
        case FIELD.payload: request.payload = JSON.parse(reader.text()); break
        default: reader.skip()
      }
    }
    return request
  }
}

/** The forms by their subprotocols. */
export const forms: ReadonlyMap<string, Form> = new Map([['hub.v1', JSON_FORM], ['protobuf.v1', PROTOBUF_FORM]])

/** Of a connection that names none. */
export const usualForm = JSON_FORM

/** A message within the message, of two short texts in ASCII. */
function personOf ({ id, name }: { readonly id: string, readonly name: string }): string {
  return `\x0a${String.fromCharCode(id.length)}${id}\x12${String.fromCharCode(name.length)}${name}`
}
