import { Type, type Static } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { startService, tokenFor, type Claims, type Teardown, type TestService } from '../../helper.ts'
import { JsonPeer, openSocket } from './json-peer.ts'

const EventSchema = Type.Object({
  type: Type.String({ minLength: 1 }),
  data: Type.Record(Type.String(), Type.Unknown()),
  timestamp: Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$' })
}, { additionalProperties: false })

const check = TypeCompiler.Compile(EventSchema)

/** An event of document 003: a name, what happened, and when it was told. */
export type ToldEvent = Static<typeof EventSchema>

/** A socket that listens only, as document 003 has it. A frame that is no event of that shape fails the test that reads it. */
export type EventsPeer = JsonPeer<ToldEvent>

/** Starts a service for clients of document 003; ends with the test. */
export async function startEvents (t: Teardown, env: Record<string, string> = {}): Promise<TestService> {
  return await startService(t, { WS_DIALECT: 'events.v1', ...env })
}

/** Connects with a token in the query, as the document has it; nothing is read yet. */
export async function knock (t: Teardown, { address }: Pick<TestService, 'address'>, claims: Claims): Promise<EventsPeer> {
  return new JsonPeer(openSocket(t, address, `/ws?token=${await tokenFor(claims)}`), readEvent)
}

/** Connects and takes the greeting. */
export async function enter (t: Teardown, service: Pick<TestService, 'address'>, claims: Claims): Promise<EventsPeer> {
  const peer = await knock(t, service, claims)
  await peer.hear()
  return peer
}

/** What each has heard so far. An alert to all is the end of it: what was told before comes before. */
export async function heardBy<Name extends string> ({ app }: TestService, peers: Readonly<Record<Name, EventsPeer>>): Promise<Record<Name, ToldEvent[]>> {
  const message = 'that was all'
  await app.hub.notify.systemAlert({ message })
  const heard: Partial<Record<Name, ToldEvent[]>> = {}
  for (const name in peers) {
    const events: ToldEvent[] = []
    for (let event = await peers[name].hear(); event.data['message'] !== message; event = await peers[name].hear()) events.push(event)
    heard[name] = events
  }
  return heard as Record<Name, ToldEvent[]>
}

/** Reads a frame; throws for one that is no event of document 003. */
export function readEvent (text: string): ToldEvent {
  const frame: unknown = JSON.parse(text)
  if (!check.Check(frame)) throw new Error(`no event of document 003: ${text}`)
  return frame
}
