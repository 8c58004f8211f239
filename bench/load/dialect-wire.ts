import { HubWire } from './hub-wire.ts'
import type { Reply } from './wire.ts'

const JOINED = /"type":"room_info"|"message":"[^"]* joined"/

/** A dialect of wshub for members who only listen: they ask as in `hub.v1`, which all dialects of texts understand. */
export class DialectWire extends HubWire {
  override readonly path: string

  constructor (dialect: string) {
    super()
    this.path = `/ws?dialect=${dialect}`
  }

  /** What stands last is not the room's number in every dialect. */
  override seq (): number {
    return 0
  }

  /** Where there is no `room_info`, the first notice that somebody joined is as good: before, one is not in the room. */
  override reply (frame: Buffer): Reply {
    const reply = super.reply(frame)
    return reply.kind === 'other' && JOINED.test(frame.toString()) ? { kind: 'joined' } : reply
  }
}
