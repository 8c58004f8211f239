import t from 'tap'
import { connect, type ReceivedFrame, type TestClient } from '../client.ts'
import { getJson, startService, tokenFor, type Claims, type Teardown } from '../helper.ts'
import { tablesUnder } from '../support/readme-tables.ts'

/** Names of rooms begin so, by what holds there. */
const prefixes: Record<string, string> = { public: 'hall', 'members-only': 'club', private: 'secret', 'read-only': 'news' }
const everybody: Record<string, Claims | undefined> = {
  guest: undefined,
  user: { sub: 'ada' },
  granted: { sub: 'bob', rooms: { join: ['*'] } },
  admin: { sub: 'carl', role: 'admin' },
  stranger: { sub: 'dora', rooms: { join: ['elsewhere:*'] } }
}
const requests: Record<string, object> = {
  join: { type: 'join_room' },
  subscribe: { type: 'subscribe' },
  send_message: { type: 'send_message', payload: { content: 'hello' } },
  publish: { type: 'publish', payload: 1 },
  typing: { type: 'typing' },
  online_users: { type: 'online_users' },
  history: { type: 'history' }
}

const service = await startService(t, {
  WS_AUTH: 'optional', WS_ROOM_POLICY: 'club*=members-only, secret*=private, news*=read-only', WS_MESSAGE_RATE: '0', WS_MAX_ROOMS_PER_CLIENT: '0'
})
const [rooms = [], beyond = []] = tablesUnder('Who may do what')
const [[, , ...actions] = [], ...rows] = rooms

async function arrive (t: Teardown, who: string): Promise<TestClient> {
  const claims = everybody[who]
  const client = connect(t, service.address, claims && { token: await tokenFor(claims) })
  await client.next('connected')
  return client
}

/** What comes of a request: the code of a refusal, or yes. */
async function outcome (client: TestClient, action: string, room: string): Promise<string> {
  const request = { ...requests[action], room }
  if (action !== 'typing') return codeOf(await client.request(request))
  client.send({ ...request, id: 'typing' })
  const refusal = (await client.drain()).find(({ id }) => id === 'typing')
  return refusal === undefined ? 'yes' : codeOf(refusal)
}

function codeOf ({ type, payload }: ReceivedFrame): string {
  return type === 'error' ? String(payload['code']) : 'yes'
}

/** By the word of the table: what comes of it for one who is not in the room, and for one who is. */
const expectations: Record<string, [outside: string, inside: string]> = { yes: ['yes', 'yes'], 'in it': ['NOT_IN_ROOM', 'yes'], no: ['FORBIDDEN', 'FORBIDDEN'] }

for (const [policy = '', people = '', ...cells] of rows) {
  for (const who of people.split(', ')) {
    t.test(`b16: ${who} in rooms that are ${policy}: exactly the table of the README`, async (t) => {
      const client = await arrive(t, who)
      const prefix = prefixes[policy]
      const own = `${prefix}-own-${who}`
      const isIn = await outcome(client, 'join', own) === 'yes'
      t.equal(isIn, cells[0] === 'yes')
      for (const [index, action] of actions.entries()) {
        const [outside, inside] = expectations[cells[index] ?? ''] ?? []
        t.equal(await outcome(client, action, `${prefix}-${action}-${who}`), outside, `${action} from outside`)
        if (isIn) t.equal(await outcome(client, action, own), inside, `${action} from inside`)
      }
    })
  }
}

t.test('b16: a token that names other rooms opens none of these, whatever holds there', async (t) => {
  const client = await arrive(t, 'stranger')
  for (const prefix of Object.values(prefixes)) {
    for (const action of actions) t.equal(await outcome(client, action, `${prefix}-1`), 'FORBIDDEN', `${action} in ${prefix}`)
  }
})

t.test('b16: beyond rooms everybody may do what the table of the README says', async (t) => {
  const [[, ...people] = [], ...lines] = beyond
  for (const [what = '', ...cells] of lines) {
    for (const [index, who] of people.entries()) {
      const expected = cells[index]
      if (what === 'connect') t.equal(expected, who === 'nobody' ? 'with WS_AUTH=optional' : 'yes')
      else t.equal(await mayDo(t, what, who), expected === 'yes', `${what} by ${who}`)
    }
  }
  t.equal(lines.length, 6)
})

async function mayDo (t: Teardown, what: string, who: string): Promise<boolean> {
  if (what === 'broadcast') return who !== 'nobody' && codeOf(await (await arrive(t, who)).request({ type: 'broadcast', payload: 1 })) === 'yes'
  const [method = '', path = ''] = what.split(' ')
  const claims = everybody[who]
  const body = path === '/ws/broadcast' ? { 'content-type': 'application/json' } : {}
  const { status } = await getJson(service, path, {
    method,
    headers: { ...body, ...(claims && { authorization: `Bearer ${await tokenFor(claims)}` }) },
    ...(path === '/ws/broadcast' && { body: JSON.stringify({ message: 'hello' }) })
  })
  return status === 200
}
