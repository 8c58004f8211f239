import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, memberOf, type Teardown, type TestService } from '../helper.ts'

/** One of each kind around a room. */
export interface Cast {
  /** A member. */
  readonly ada: TestClient
  /** Another connection of ada, a member too. */
  readonly tab: TestClient
  /** Another member. */
  readonly bob: TestClient
  /** Receives the room's messages without being a member. */
  readonly sue: TestClient
  /** Connected, not in the room. */
  readonly olaf: TestClient
}

/** RFC 3339 UTC with milliseconds. */
export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Brings one of each kind around a room; nothing is left in their inboxes. */
export async function castOf (t: Teardown, service: TestService, room: string): Promise<Cast> {
  const ada = await memberOf(t, service, { sub: 'ada', name: 'Ada' }, room)
  const tab = await memberOf(t, service, { sub: 'ada', name: 'Ada' }, room)
  const bob = await memberOf(t, service, { sub: 'bob', name: 'Bob' }, room)
  const sue = await connectAs(t, service, { sub: 'sue', name: 'Sue' })
  await sue.request({ type: 'subscribe', room })
  const olaf = await connectAs(t, service, { sub: 'olaf', name: 'Olaf' })
  const cast = { ada, tab, bob, sue, olaf }
  await received(cast)
  return cast
}

/** What each has received since the last time, as types; only those who received anything are named. */
export async function received (cast: Cast): Promise<Record<string, string[]>> {
  const seen: Record<string, string[]> = {}
  for (const [name, client] of Object.entries(cast)) {
    const frames: ReceivedFrame[] = await client.drain()
    if (frames.length > 0) seen[name] = frames.map(({ type }) => type)
  }
  return seen
}

/** A frame without the time that it must carry. */
export function timeless ({ timestamp, ...frame }: ReceivedFrame): Omit<ReceivedFrame, 'timestamp'> {
  if (!TIMESTAMP.test(timestamp)) throw new Error(`not an RFC 3339 time with milliseconds: ${timestamp}`)
  return frame
}
