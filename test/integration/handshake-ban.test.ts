import t from 'tap'
import { connectAs, startService, tokenFor, until } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'

const ban = { banFor: 60, reason: 'spam' }

t.test('A banned user is refused with 403 and told until when and why, others come in', async (t) => {
  const { app, address, logs } = await startService(t)
  await app.hub.disconnect('eve', ban)
  const refusal = await refusedHandshake(t, address, { token: await tokenFor({ sub: 'eve' }) })
  t.match(refusal, { status: 403, body: { error: /^banned until \d{4}-\S+Z: spam$/, code: 'FORBIDDEN' } })
  t.ok(logs.some(({ msg, reason }) => msg === 'ws handshake refused' && /^banned until/.test(String(reason))))
  t.ok(await connectAs(t, { address }, 'ada'))
})

t.test('A browser is let in and closed with 4003', async (t) => {
  const { app, address } = await startService(t)
  await app.hub.disconnect('eve', ban)
  const client = connect(t, address, { token: await tokenFor({ sub: 'eve' }), origin: address })
  t.match(await client.closed, { code: 4003, reason: /^banned until \S+: spam$/ })
  t.same(client.inbox, [])
})

t.test('How the refusal is told follows WS_AUTH_REJECT', async (t) => {
  const [plain, closing] = [await startService(t, { WS_AUTH_REJECT: 'http' }), await startService(t, { WS_AUTH_REJECT: 'close' })]
  for (const { app } of [plain, closing]) await app.hub.disconnect('eve', ban)
  const token = await tokenFor({ sub: 'eve' })
  t.match(await refusedHandshake(t, plain.address, { token, origin: plain.address }), { status: 403 })
  t.equal((await connect(t, closing.address, { token }).closed).code, 4003)
})

t.test('A foreign origin is refused with 403 and no more, also where a ban would close', async (t) => {
  const { address } = await startService(t, { WS_AUTH_REJECT: 'close', WS_ALLOWED_ORIGINS: 'https://good.example' })
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'eve' }), origin: 'https://evil.example' }), { status: 403, body: { error: 'origin not allowed' } })
})

t.test('A ban comes after a bad token, and before the limits of user and address', async (t) => {
  const { app, address } = await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '1' })
  await app.hub.disconnect('eve', ban)
  await connectAs(t, { address }, 'ada')
  t.match(await refusedHandshake(t, address, { token: 'bad' }), { status: 401 })
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'eve' }) }), { status: 403 })
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'bob' }) }), { status: 429 })
})

t.test('When the ban is over or lifted the user comes in', async (t) => {
  const { app, address } = await startService(t)
  await app.hub.disconnect('eve', { banFor: 0.001 })
  await until(() => app.relay.port.bans.of('eve') === undefined)
  t.ok(await connectAs(t, { address }, 'eve'))
  await app.hub.disconnect('eve', ban)
  t.equal(await app.hub.unban('eve'), true)
  t.ok(await connectAs(t, { address }, 'eve'))
})
