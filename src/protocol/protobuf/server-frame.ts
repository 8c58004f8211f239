import type { UserRef } from '../../relay/relay-message.ts'
import { frameFields, personFields } from './fields.ts'
import { numberOfType } from './types.ts'
import { textSize, WireWriter } from './wire-writer.ts'

/** What a frame of the server says. */
export interface ServerFrame {
  readonly type: string
  readonly id?: string | undefined
  readonly room?: string | undefined
  /** JSON; absent for null. */
  readonly payload?: string | undefined
  readonly sender?: UserRef | undefined
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly seq?: number | undefined
  readonly topic?: string | undefined
  readonly error?: string | undefined
}

/** For all frames of the process: one is done before the next begins. */
const writer = new WireWriter()

/** The bytes of a frame. */
export function writeServerFrame (frame: ServerFrame): Buffer {
  writer.start()
  const known = numberOfType(frame.type)
  if (known === undefined) writer.text(frameFields.name, frame.type)
  else writer.number(frameFields.known, known)
  writeText(frameFields.id, frame.id)
  writeText(frameFields.room, frame.room)
  writeText(frameFields.payload, frame.payload)
  if (frame.sender !== undefined) writeSender(frame.sender)
  writer.number(frameFields.timestamp, frame.timestamp)
  if (frame.seq !== undefined) writer.number(frameFields.seq, frame.seq)
  writeText(frameFields.topic, frame.topic)
  writeText(frameFields.error, frame.error)
  return writer.take()
}

function writeText (field: number, value: string | undefined): void {
  if (value !== undefined) writer.text(field, asText(value))
}

function writeSender (sender: UserRef): void {
  const [id, name] = [asText(sender.id), asText(sender.name)]
  writer.begin(frameFields.sender, textSize(id) + textSize(name))
  writer.text(personFields.id, id)
  writer.text(personFields.name, name)
}

/** An application in JavaScript may have given a number for a name: that must not keep others from the message. */
function asText (value: unknown): string {
  return typeof value === 'string' ? value : String(value ?? '')
}
