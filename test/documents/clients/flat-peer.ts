import { Type, type Static } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { startService, tokenFor, type Claims, type Teardown, type TestService } from '../../helper.ts'
import { JsonPeer, openSocket } from './json-peer.ts'

const system = Type.Literal('system')

/** Everything that the server of document 004 ever says. */
const FrameSchema = Type.Union([
  Type.Object({ type: system, message: Type.String(), user_id: Type.String(), online_count: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  Type.Object({ type: system, message: Type.String(), room: Type.String(), members: Type.Array(Type.String()) }, { additionalProperties: false }),
  Type.Object({ type: system, message: Type.String(), room: Type.String() }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('message'), from: Type.String(), room: Type.String(), text: Type.String() }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('typing'), user_id: Type.String(), room: Type.String(), is_typing: Type.Boolean() }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('pong') }, { additionalProperties: false })
])

const check = TypeCompiler.Compile(FrameSchema)

/** A frame of document 004. */
export type FlatFrame = Static<typeof FrameSchema>

/** One socket that speaks as document 004 writes it down. A frame that stands nowhere there fails its test. */
export class FlatPeer extends JsonPeer<FlatFrame> {
  /** Everything up to the answer to a ping: what the server has said before it is among it. */
  async hearAll (): Promise<FlatFrame[]> {
    this.say({ type: 'ping' })
    const frames: FlatFrame[] = []
    for (let frame = await this.hear(); frame.type !== 'pong'; frame = await this.hear()) frames.push(frame)
    return frames
  }

  /** Joins a room and reads that it did, with everything before it. */
  async join (room: string): Promise<FlatFrame[]> {
    this.say({ type: 'join_room', room })
    return await this.hearAll()
  }
}

/** Starts a service for clients of document 004; ends with the test. */
export async function startFlat (t: Teardown, env: Record<string, string> = {}): Promise<TestService> {
  return await startService(t, { WS_DIALECT: 'flat.v1', WS_PRESENCE_GRACE: '0s', ...env })
}

/** Connects with a token in the query, as the document has it; nothing is read yet. */
export async function knock (t: Teardown, { address }: Pick<TestService, 'address'>, user: string | Claims): Promise<FlatPeer> {
  const token = await tokenFor(typeof user === 'string' ? { sub: user } : user)
  return new FlatPeer(openSocket(t, address, `/api/v1/ws?token=${token}`), readFlat)
}

/** Connects as a user and takes the greeting. */
export async function enter (t: Teardown, service: Pick<TestService, 'address'>, user: string | Claims): Promise<FlatPeer> {
  const peer = await knock(t, service, user)
  await peer.hear()
  return peer
}

/** Connects as a user who has joined a room. */
export async function enterRoom (t: Teardown, service: Pick<TestService, 'address'>, user: string | Claims, room: string): Promise<FlatPeer> {
  const peer = await enter(t, service, user)
  await peer.join(room)
  return peer
}

/** Reads a frame; throws for one that stands nowhere in document 004. */
export function readFlat (text: string): FlatFrame {
  const frame: unknown = JSON.parse(text)
  if (!check.Check(frame)) throw new Error(`no frame of document 004: ${text}`)
  return frame
}
