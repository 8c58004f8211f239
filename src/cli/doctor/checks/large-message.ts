import { randomBytes, randomUUID } from 'node:crypto'
import { CannotCheck, type Check } from '../check.ts'
import { failed, ok, type Finding } from '../finding.ts'
import { LineEnded } from '../line.ts'
import { delivery, pairOf, publish } from '../rooms.ts'
import { formatMs, rounded } from '../spread.ts'

/** Larger ones would be a load. */
const MOST_BYTES = 262_144
/** For fields that the frame may be given on the way. */
const SPARE_BYTES = 256
const ADVICE = 'Something on the way limits or damages large frames: a gateway or firewall with a limit on messages (AWS API Gateway: 32 KB a frame, 128 KB a message), ' +
  'or one that inspects them. Raise it, or tell clients by a smaller WS_MAX_MESSAGE_SIZE.'

/** Does a message as large as the service takes get through? */
export const largeMessage: Check = {
  name: 'large message',
  needs: 'greeting',
  async run (visit) {
    const { room, from, to } = await pairOf(visit)
    const frameBytes = Math.min(visit.greeting?.maxMessageSize ?? 0, MOST_BYTES) - SPARE_BYTES
    const content = filler(frameBytes - envelopeBytes(room))
    if (content === '') throw new CannotCheck('the service takes no large frames')
    const startedAt = performance.now()
    try {
      const [{ payload, at }] = await Promise.all([delivery(to, room, 'large'), publish(from, room, { mark: 'large', content })])
      return compare(content, payload['content'], { bytes: frameBytes, delivery_ms: rounded(at - startedAt) })
    } catch (error) {
      // The end of a connection is told in the words of what cuts it here.
      if (isCut(error) || /within/.test(String(error))) return failed(`of ${frameBytes} bytes: ${error instanceof Error ? error.message : ''}`, ADVICE)
      throw error
    }
  }
}

/** Ends with a code of the service have reasons of their own. */
function isCut (error: unknown): boolean {
  return error instanceof LineEnded && (error.ended.code < 4_000 || error.ended.code > 4_999)
}

function compare (sent: string, received: unknown, data: { bytes: number, delivery_ms: number }): Finding {
  if (received === sent) return ok(`${data.bytes} bytes unharmed in ${formatMs(data.delivery_ms)}`, data)
  const at = typeof received === 'string' ? [...sent].findIndex((character, index) => character !== received[index]) : 0
  return failed(`of ${data.bytes} bytes: arrived changed from character ${at} on`, ADVICE, data)
}

/** Bytes of the frame around its content. */
function envelopeBytes (room: string): number {
  return Buffer.byteLength(JSON.stringify({ type: 'publish', room, payload: { mark: 'large', content: '' }, id: randomUUID() }))
}

/** Text that does not become smaller by compression. */
function filler (bytes: number): string {
  return bytes <= 0 ? '' : randomBytes(bytes).toString('base64').slice(0, bytes)
}
