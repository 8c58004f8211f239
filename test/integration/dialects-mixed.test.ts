import { once } from 'node:events'
import t from 'tap'
import { connect, type TestClient } from '../client.ts'
import { startService, tokenFor, until, type Teardown, type TestService } from '../helper.ts'

const ROOM = 'lobby'

/** How a client of a dialect comes into the room, what it is answered, and how it says hello there. */
const ways = {
  'hub.v1': {
    enter: { type: 'join_room', room: ROOM },
    answer: { type: 'room_info', room: ROOM, payload: { room_id: ROOM } },
    hello: { type: 'send_message', room: ROOM, payload: { content: 'from hub.v1' } }
  },
  'notify.v1': {
    enter: { type: 'join_room', room: ROOM },
    answer: { type: 'room_info', room: ROOM, data: { room_id: ROOM } },
    hello: { type: 'send_message', room: ROOM, data: { content: 'from notify.v1' } }
  },
  'pubsub.v1': {
    enter: { type: 'subscribe', room: ROOM },
    answer: { type: 'subscribed', room: ROOM, data: { room: ROOM }, timestamp: Number },
    hello: { type: 'publish', room: ROOM, data: { content: 'from pubsub.v1' } }
  },
  'events.v1': {
    enter: { type: 'join_room', room: ROOM },
    answer: { type: 'room_info', room: ROOM, data: { room_id: ROOM }, timestamp: String },
    hello: { type: 'send_message', room: ROOM, data: { content: 'from events.v1' } }
  },
  'flat.v1': {
    enter: { type: 'join_room', room: ROOM },
    answer: { type: 'system', message: 'flat.v1 joined', room: ROOM, members: Array },
    hello: { type: 'message', room: ROOM, text: 'from flat.v1' }
  }
}

type Name = keyof typeof ways
const names = Object.keys(ways).filter((name): name is Name => name in ways)

/** The message of one dialect's client as clients of another see it. */
const heard: Readonly<Record<Name, (from: Name, clientId: unknown) => object>> = {
  'hub.v1': (from) => ({ type: kindOf(from), room: ROOM, payload: { content: `from ${from}` }, sender: { id: from, name: from }, seq: Number }),
  'notify.v1': (from) => ({ type: kindOf(from), room: ROOM, data: { content: `from ${from}` }, sender: { id: from, name: from } }),
  'pubsub.v1': (from, clientId) => ({ type: 'message', room: ROOM, data: { content: `from ${from}` }, client_id: clientId, timestamp: Number }),
  'events.v1': (from) => ({ type: kindOf(from), room: ROOM, data: { content: `from ${from}` }, sender: { id: from, name: from }, timestamp: String }),
  'flat.v1': (from) => ({ type: 'message', from, room: ROOM, text: `from ${from}` })
}

function kindOf (from: Name): string {
  return from === 'pubsub.v1' ? 'message' : 'new_message'
}

/** A client that speaks the dialect of its user's name, in the room. */
async function enter (t: Teardown, { address }: TestService, name: Name): Promise<{ client: TestClient, answer: object }> {
  const client = connect(t, address, { token: await tokenFor({ sub: name, name }), protocols: [name], checksFrames: name === 'hub.v1' })
  await once(client.socket, 'open')
  client.send(ways[name].enter)
  const isAnswer = (frame: object): boolean => 'type' in frame && frame.type === ways[name].answer.type && 'room' in frame
  await until(() => client.inbox.some(isAnswer))
  return { client, answer: client.inbox.find(isAnswer) ?? {} }
}

t.test('in one room clients of all dialects talk with each other, each in its own', async (t) => {
  const service = await startService(t)
  const clients = new Map<Name, TestClient>()
  for (const name of names) {
    const { client, answer } = await enter(t, service, name)
    t.match(answer, ways[name].answer, `${name} is in`)
    clients.set(name, client)
  }
  for (const [from, speaker] of clients) {
    for (const client of clients.values()) client.inbox.length = 0
    const [connection] = service.app.hub.ofUser(from)
    speaker.send(ways[from].hello)
    for (const [to, client] of clients) {
      if (to === from && to !== 'flat.v1') continue
      await until(() => client.inbox.some(({ type }) => type !== 'ack'))
      t.match(client.inbox.find(({ type }) => type !== 'ack'), heard[to](from, connection?.id), `${to} hears ${from}`)
    }
    t.equal(speaker.inbox.filter(({ type }) => type !== 'ack').length, from === 'flat.v1' ? 1 : 0, `${from} hears itself only where that is its dialect's way`)
  }
})

t.test('what was said in other dialects is kept like anything else', async (t) => {
  const service = await startService(t)
  const { client: reader } = await enter(t, service, 'hub.v1')
  for (const name of names.filter((name) => name !== 'hub.v1')) {
    const { client } = await enter(t, service, name)
    client.send(ways[name].hello)
    await reader.next(kindOf(name))
  }
  const { payload: { messages } } = await reader.request({ type: 'history', room: ROOM })
  const past = { id: undefined, room: ROOM, payload: { content: String }, sender: { id: String, name: String }, timestamp: String, seq: Number }
  t.match(messages, [
    { ...past, type: 'new_message', payload: { content: 'from notify.v1' } }, { ...past, type: 'message' }, { ...past, type: 'new_message' }, { ...past, sender: { id: 'flat.v1' } }
  ])
  t.notMatch(JSON.stringify(messages), /origin/, 'the connection it came from is nobody\'s business')
})
