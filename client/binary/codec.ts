import type { Codec } from '../codec.ts'
import type { Message, Person } from '../protocol.ts'
import { momentOf } from './moment.ts'
import { Reader } from './reader.ts'
import { numberedTypes } from './types.ts'
import { Writer } from './writer.ts'

/** Numbers of the fields, as `hub.proto` has them. */
const KNOWN = 1
const NAME = 2
const ID = 3
const ROOM = 4
const PAYLOAD = 5
const SENDER = 6
const TIMESTAMP = 7
const SEQ = 8
/** Those of texts, by what they are called in a message. */
const TEXTS = { [NAME]: 'type', [ID]: 'id', [ROOM]: 'room', 9: 'topic', 10: 'error' } as const

/** A message while it is read. */
type Draft = { -readonly [K in keyof Message]?: Message[K] } & { error?: string }

const writer = new Writer()

/** Protocol Buffers, with payloads as JSON text. */
export const protobufCodec: Codec = {
  subprotocol: 'protobuf.v1',

  encode ({ type, id, room, payload }) {
    const known = numberedTypes.indexOf(type)
    const content: string | undefined = JSON.stringify(payload)
    writer.start()
    if (known > 0) writer.number(KNOWN, known)
    else writer.text(NAME, type)
    if (id !== undefined) writer.text(ID, id)
    if (room !== undefined) writer.text(ROOM, room)
    if (content !== undefined) writer.text(PAYLOAD, content)
    return writer.take()
  },

  decode: (data) => data instanceof ArrayBuffer ? readFrame(new Reader(new Uint8Array(data))) : undefined
}

function readFrame (reader: Reader): Message | undefined {
  const frame: Draft = { type: '', payload: null }
  for (let field = reader.field(); field > 0; field = reader.field()) {
    switch (field) {
      case KNOWN: frame.type = typeOf(reader.number()); break
      case PAYLOAD: frame.payload = JSON.parse(reader.text()); break
      case SENDER: frame.sender = readPerson(reader.message()); break
      case TIMESTAMP: frame.timestamp = momentOf(reader.number()); break
      case SEQ: frame.seq = reader.number(); break
      default: readText(frame, field, reader)
    }
  }
  return frame.type === '' ? undefined : frame as Message
}

/** Passes over a field that is not known. */
function readText (frame: Draft, field: number, reader: Reader): void {
  if (isText(field)) frame[TEXTS[field]] = reader.text()
  else reader.skip()
}

function isText (field: number): field is keyof typeof TEXTS {
  return field in TEXTS
}

function readPerson (reader: Reader): Person {
  const person = { id: '', name: '' }
  for (let field = reader.field(); field > 0; field = reader.field()) {
    if (field === 1) person.id = reader.text()
    else if (field === 2) person.name = reader.text()
    else reader.skip()
  }
  return person
}

/** One that is nobody's gets a name that no type has, for it is passed over then like any type that is not known. */
function typeOf (number: number): string {
  return numberedTypes[number] ?? `#${number}`
}
