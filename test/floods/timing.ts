import { connectAs, memberOf, type Teardown } from '../helper.ts'
import type { TestClient } from '../client.ts'
import { startFlooded } from './flooded-service.ts'
import { mannWhitney } from './mann-whitney.ts'

/** How a refusal for a room that nobody knows compares with one for a room that is there, but closed. */
export interface TimingReport {
  readonly type: string
  /** Medians, ms. */
  readonly unknownMs: number
  readonly privateMs: number
  /** Of the two series, in standard deviations. */
  readonly distance: number
  /** Whether text and code are the same but for the name. */
  readonly isSameText: boolean
}

const TYPES = ['join_room', 'subscribe', 'history', 'online_users'] as const
const PRIVATE = 'secret:boardroom'
const WARM_UP = 200

/** Asks for both kinds of rooms in turn, in an order by chance; the one who asks has the grant that private rooms need for neither. */
export async function compareRefusals (t: Teardown, samples: number): Promise<TimingReport[]> {
  const service = await startFlooded(t, { WS_MESSAGE_RATE: '0', WS_ROOM_POLICY: 'secret:*=private' })
  await memberOf(t, service, { sub: 'insider', rooms: { join: ['secret:*'], publish: ['secret:*'] } }, PRIVATE).then(async (insider) => {
    for (let count = 0; count < 100; count += 1) await insider.request({ type: 'publish', room: PRIVATE, payload: 'x'.repeat(100) })
  })
  const outsider = await connectAs(t, service, 'outsider')
  const reports: TimingReport[] = []
  for (const type of TYPES) reports.push(await compare(outsider, type, samples))
  return reports
}

async function compare (client: TestClient, type: string, samples: number): Promise<TimingReport> {
  const [unknown, known]: [number[], number[]] = [[], []]
  const texts = new Set<string>()
  for (let count = -WARM_UP; count < samples * 2; count += 1) {
    const isUnknown = Math.random() < 0.5 ? unknown.length < samples : known.length >= samples
    // As long as the other one, and never the same twice.
    const room = isUnknown ? `secret:${String(count + WARM_UP).padStart(9, 'n')}` : PRIVATE
    const begunAt = performance.now()
    const answer = await client.request({ type, room })
    const tookMs = performance.now() - begunAt
    texts.add(JSON.stringify({ ...answer, id: '', timestamp: '', room: '' }).replaceAll(room, 'ROOM'))
    if (count >= 0) (isUnknown ? unknown : known).push(tookMs)
  }
  return { type, unknownMs: median(unknown), privateMs: median(known), distance: mannWhitney(unknown, known), isSameText: texts.size === 1 }
}

function median (values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
