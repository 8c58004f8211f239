import t from 'tap'
import { requestTypes, serverTypes } from '../../src/protocol/reserved-types.ts'
import { notification } from '../../src/protocol/schemas/notification-frame.ts'
import { connect, type ReceivedFrame, type TestClient } from '../client.ts'
import { postJson, startService, tokenFor, until, type TestService } from '../helper.ts'
import { checkFrame, checkRequest } from '../support/frame-check.ts'

const ROOM = 'general'
const LARGE = 'x'.repeat(60_000)
const admin = { sub: 'root', name: 'Root', role: 'admin' }
/** Shorter than the notice of its end, so that the notice comes at once. */
const shortClaims = (sub: string) => ({ sub, name: sub, exp: Math.floor(Date.now() / 1000) + 20 })

/** A conversation of which each request and each frame is compared with the description. */
class Conversation {
  readonly service: TestService
  readonly asked = new Set<string>()
  readonly heard = new Set<string>()
  #requests = 0

  constructor (service: TestService) {
    this.service = service
  }

  /** Connects somebody; each frame from then on is checked, the first one included. */
  async enter (claims: Record<string, unknown>): Promise<TestClient> {
    const client = connect(t, this.service.address, { token: await tokenFor(claims) })
    client.socket.on('message', (data) => {
      const frame: ReceivedFrame = JSON.parse(String(data))
      checkFrame(frame)
      this.heard.add(serverTypes.includes(frame.type) ? frame.type : notification.type)
    })
    await client.next('connected')
    return client
  }

  /** Asks, and waits for the direct answer. */
  async ask (client: TestClient, envelope: { type: string, room?: string, payload?: unknown }): Promise<ReceivedFrame> {
    return await client.request(this.#checked(envelope))
  }

  /** Says what is not answered. */
  say (client: TestClient, envelope: { type: string, room?: string, payload?: unknown }): void {
    client.send(this.#checked(envelope))
  }

  #checked (envelope: { type: string }): object {
    this.#requests += 1
    const full = { id: `c${this.#requests}`, ...envelope }
    checkRequest(full)
    this.asked.add(envelope.type)
    return full
  }
}

/** Two members, a subscriber and what they say to each other. */
async function talkInRoom (talk: Conversation): Promise<void> {
  const [ada, bob, eve] = [await talk.enter({ sub: 'ada' }), await talk.enter({ sub: 'bob', name: 'Bob' }), await talk.enter({ sub: 'eve' })]
  await talk.ask(ada, { type: 'join_room', room: ROOM })
  await talk.ask(bob, { type: 'join_room', payload: { room_id: ROOM } })
  await talk.ask(eve, { type: 'subscribe', room: ROOM })
  await talk.ask(ada, { type: 'send_message', room: ROOM, payload: { content: 'hello', reply_to: 'm0', colour: 'red' } })
  await talk.ask(eve, { type: 'publish', room: ROOM, payload: [1, 'two', null] })
  talk.say(ada, { type: 'typing', room: ROOM })
  talk.say(ada, { type: 'stop_typing', room: ROOM })
  await bob.next('user_typing')
  await talk.ask(bob, { type: 'online_users', room: ROOM })
  await talk.ask(bob, { type: 'history', room: ROOM, payload: { limit: 1 } })
  await talk.ask(eve, { type: 'unsubscribe', room: ROOM })
  await talk.ask(bob, { type: 'leave_room', room: ROOM })
  await talk.ask(bob, { type: 'send_message', room: ROOM, payload: { content: 'refused' } })
  await ada.next('user_left')
}

/** What reaches everybody, or one user. */
async function talkToAll (talk: Conversation): Promise<void> {
  const [root, ada] = [await talk.enter(admin), await talk.enter({ sub: 'ada' })]
  await talk.ask(root, { type: 'broadcast', payload: 'hello all' })
  await postJson(talk.service, '/ws/broadcast', { message: 'Back in five minutes', metadata: { ticket: 7 } }, admin)
  await postJson(talk.service, '/ws/broadcast', { type: 'user.updated', payload: { name: 'Ada' }, target: { users: ['ada'] }, id: 'n1' }, admin)
  await ada.next('user.updated')
  await talk.ask(ada, { type: 'ping' })
}

/** Who comes back is shown what it missed, and told where that is refused. */
async function comeBack (talk: Conversation): Promise<void> {
  const ada = await talk.enter({ sub: 'ada', rooms: { join: [ROOM] } })
  const { payload: { epoch } } = await talk.ask(ada, { type: 'join_room', room: ROOM })
  const back = await talk.enter({ sub: 'ada', rooms: { join: [ROOM] } })
  await talk.ask(back, {
    type: 'resume',
    payload: {
      topics: {
        [`room:${ROOM}`]: { epoch, seq: 0, member: true },
        'room:closed': { epoch: 'e1', seq: 3 },
        'role:former': { epoch: 'e1', seq: 3 },
        all: { epoch: 'another', seq: 1 }
      }
    }
  })
  const again = await talk.enter({ sub: 'ada' })
  await talk.ask(again, { type: 'join_room', room: ROOM, payload: { since: { epoch, seq: 1 } } })
  await talk.ask(again, { type: 'subscribe', room: ROOM, payload: { since: { epoch: 'another', seq: 1 } } })
  await again.drain()
}

/** A token that ends soon is replaced by one that opens fewer rooms. */
async function refresh (talk: Conversation): Promise<void> {
  const ann = await talk.enter(shortClaims('ann'))
  await talk.ask(ann, { type: 'join_room', room: ROOM })
  const token = await tokenFor({ ...shortClaims('ann'), rooms: { join: ['other'] } })
  const { payload } = await talk.ask(ann, { type: 'refresh_token', payload: { token } })
  t.strictSame(payload['rooms_left'], [ROOM])
  await ann.next('token_expiring')
}

/** Who does not read loses messages and is told of it; who writes too much is warned. */
async function overdo (talk: Conversation): Promise<void> {
  const slow = await talk.enter({ sub: 'slow' })
  slow.socket.pause()
  const publishes = async (): Promise<boolean> => (await talk.service.app.hub.toUser('slow', { type: 'news', payload: LARGE })).recipients > 0
  await until(async () => !await publishes())
  slow.socket.resume()
  await slow.next('gap')
  const loud = await talk.enter({ sub: 'loud' })
  for (let count = 0; count < 90; count += 1) talk.say(loud, { type: 'ping' })
  await loud.next('rate_warning')
}

t.test('every message of the protocol is on the wire what its description says', async (t) => {
  const service = await startService(t, { WS_SLOW_CLIENT: 'drop', WS_CLIENT_BROADCAST: 'admin', WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '100' })
  const talk = new Conversation(service)
  await talkInRoom(talk)
  await talkToAll(talk)
  await comeBack(talk)
  await refresh(talk)
  await overdo(talk)
  const last = await talk.enter({ sub: 'last' })
  const drained = service.app.drain.run()
  await last.next('draining')
  await drained
  t.strictSame([...talk.asked].toSorted(), requestTypes.toSorted())
  t.strictSame([...talk.heard].toSorted(), [...serverTypes, notification.type].toSorted())
})
