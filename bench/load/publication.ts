import { bytesOf, clientFrame, mask } from './client-frame.ts'
import { writeDigits } from './digits.ts'
import { roomOf, type LoadPlan } from './options.ts'
import { EMPTY_STAMP, NUMBER_WIDTH, writeStamp, type Stamp } from './stamp.ts'
import type { Wire } from './wire.ts'

/** Pads or follows a stamp to make up a message. */
const FILL = 'x'

/** The content of a message: room for a stamp, then the words, or as much filling as the length asks for. */
export function contentOf (words: string | undefined, contentBytes: number): string {
  return words === undefined ? EMPTY_STAMP.padEnd(contentBytes, FILL) : `${EMPTY_STAMP} ${words}`
}

/** What one member says in one room: a frame made beforehand, of which only the digits change. */
export class Publication {
  /** Index of the member who sends it. */
  readonly sender: number
  readonly #plain: Buffer
  readonly #payloadAt: number
  readonly #numberAt: number
  readonly #stampAt: number

  constructor (wire: Wire, sender: number, room: string, content: string) {
    const { text, numberAt } = wire.publish(room, content)
    const payload = bytesOf(text)
    const frame = clientFrame(wire.opcode, payload)
    this.sender = sender
    this.#payloadAt = frame.length - payload.length
    mask(frame, this.#payloadAt)
    this.#plain = frame
    this.#numberAt = this.#payloadAt + numberAt
    this.#stampAt = frame.indexOf(EMPTY_STAMP)
  }

  /** The frame of the message with this number. */
  frame ({ number, sentUs }: Omit<Stamp, 'sender'>): Buffer {
    const frame = Buffer.from(this.#plain)
    writeDigits(frame, this.#numberAt, NUMBER_WIDTH, number)
    writeStamp(frame, this.#stampAt, { sender: this.sender, number, sentUs })
    mask(frame, this.#payloadAt)
    return frame
  }
}

/** All that is published in a run, in order: the script's lines, or each publisher in turn, one room after the other. Members take the wires in turn. */
export function makePublications (plan: LoadPlan, wires: readonly [Wire, ...Wire[]]): Publication[] {
  const { rooms, membersPerRoom, publishersPerRoom, contentBytes, script } = plan
  const say = (sender: number, room: string, words?: string): Publication => {
    return new Publication(wires[sender % wires.length] ?? wires[0], sender, room, contentOf(words, contentBytes))
  }
  if (script !== undefined) return script.map(({ speaker, text }) => say(speaker, plan.room, text))
  return Array.from({ length: rooms * publishersPerRoom }, (_, turn) => {
    const sender = turn % rooms * membersPerRoom + Math.floor(turn / rooms)
    return say(sender, roomOf(plan, sender))
  })
}
