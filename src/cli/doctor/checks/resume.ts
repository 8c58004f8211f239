import { isRecord } from '../../../guards.ts'
import type { Check } from '../check.ts'
import { failed, ok, warning, type Finding } from '../finding.ts'
import type { Line } from '../line.ts'
import { delivery, demand, listen, publish, type Place } from '../rooms.ts'

const MISSED = 3

/** Does a client that was cut off get what it missed? */
export const resume: Check = {
  name: 'resume',
  needs: 'greeting',
  async run (visit) {
    const room = `${visit.room}-resume`
    const speaker = await visit.line()
    await listen(speaker, room)
    const { line: before } = await visit.connect()
    const place = await listen(before, room)
    before.cut()
    for (let index = 0; index < MISSED; index += 1) await publish(speaker, room, { mark: 'missed', index })
    const { line: after } = await visit.connect()
    const finding = await comeBack(after, room, place)
    await after.close()
    return finding
  }
}

async function comeBack (line: Line, room: string, place: Place): Promise<Finding> {
  const { topics } = await demand(line, { type: 'resume', payload: { topics: { [`room:${room}`]: place } } })
  const answer = isRecord(topics) ? topics[`room:${room}`] : undefined
  const { recovered, missed } = isRecord(answer) ? answer : {}
  if (recovered !== true) {
    return warning(`not recovered, ${String(missed ?? 'an unknown number')} missed`, 'Nothing is kept of this room (WS_HISTORY_SIZE, WS_HISTORY_TTL, WS_HISTORY_RULES), or the nodes share ' +
      'no Redis: clients are told, and have to load their state anew after every cut.')
  }
  for (let index = 0; index < MISSED; index += 1) {
    const { payload } = await delivery(line, room, 'missed')
    if (payload['index'] !== index) return failed('the missed messages came out of order', 'Frames overtake each other on the way.')
  }
  return ok(`cut off and back: ${MISSED} of ${MISSED} missed messages replayed`)
}
