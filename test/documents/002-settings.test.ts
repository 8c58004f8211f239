import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { connect, refusedHandshake } from '../client.ts'
import { getJson, until } from '../helper.ts'
import { cli } from '../support/cli-world.ts'
import { dialGreeted, dialInto } from './clients/go-client.ts'
import { startCommand } from './clients/start-command.ts'
import { PUBSUB_SETTINGS, socketUrl, startPubsub } from './clients/start-pubsub.ts'

const GUESTS = { WS_DIALECT: 'pubsub.v1', WS_AUTH: 'optional' }

t.test('every setting of the table is understood without a word of warning but one: buffers are advice here (S2-12..S2-23)', async (t) => {
  const { config, warnings } = loadConfig({ ...PUBSUB_SETTINGS, WEBSOCKET_PORT: '8081' })
  t.match(config, {
    enabled: true,
    host: '127.0.0.1',
    port: 8081,
    handshakeTimeoutMs: 30_000,
    readBufferSizeBytes: 1024,
    writeBufferSizeBytes: 1024,
    maxMessageSizeBytes: 512_000,
    pingPeriodMs: 54_000,
    pongWaitMs: 60_000,
    writeTimeoutMs: 10_000,
    maxConnections: 10_000,
    maxConnectionsPerRoom: 1000
  })
  t.ok(warnings.every((warning) => /BUFFER_SIZE/.test(warning)))
})

t.test('what the table leaves unset is as it says: host, pings, writes, and no limits (S2-13, S2-19, S2-20, S2-21, S2-22, S2-23)', async (t) => {
  t.match(loadConfig({}).config, {
    host: '0.0.0.0', pingPeriodMs: 54_000, pongWaitMs: 60_000, writeTimeoutMs: 10_000, maxConnections: 0, maxConnectionsPerRoom: 0
  })
})

t.test('with 500 KB allowed a message of half a megabyte arrives, one byte too many is an error (S2-18)', async (t) => {
  const { url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialInto(t, url, 'chat')]
  const frame = JSON.stringify({ type: 'publish', room: 'chat', data: '' })
  const data = 'x'.repeat(512_000 - frame.length)
  ada.writeText(frame.replace('""', `"${data}"`))
  t.equal((await bob.read()).data, data)
  ada.writeText(frame.replace('""', `"${data}x"`))
  t.match(await ada.read(), { type: 'error', error: /at most 512000 are allowed/ })
  t.match(await ada.ask({ type: 'ping' }), { type: 'pong' })
})

t.test('pings come as often as the setting says, and who never answers is gone after the wait (S2-19, S2-20)', async (t) => {
  const service = await startPubsub(t, { WEBSOCKET_PING_INTERVAL: '50ms', WEBSOCKET_PONG_WAIT: '300ms' })
  const { client } = await dialGreeted(t, service.url)
  const mute = connect(t, service.address, { autoPong: false, checksFrames: false })
  let pings = 0
  mute.socket.on('ping', () => { pings += 1 })
  await mute.closed
  t.ok(pings > 0)
  await until(() => service.app.hub.size === 1)
  t.match(await client.ask({ type: 'ping' }), { type: 'pong' })
})

t.test('the settings stand in a YAML block as well, and a command serves by them (S2-24, S2-22)', async (t) => {
  const block = 'websocket:\n  enabled: true\n  host: 127.0.0.1\n  port: 0\n  limits:\n    max_connections: 1\n    max_connections_per_room: 1000\n'
  const file = `${t.testdir({ 'config.yaml': block })}/config.yaml`
  const { address } = await startCommand(t, { ...GUESTS, WS_CONFIG_FILE: file })
  await dialGreeted(t, socketUrl({ address }))
  t.match(await refusedHandshake(t, address), { status: 503, body: { error: 'server is at maximum capacity' } })
})

t.test('the production sample starts as it stands, but for the port (S2-61, S2-64, S2-77)', async (t) => {
  const sample = {
    WEBSOCKET_ENABLED: 'true',
    WEBSOCKET_HOST: '0.0.0.0',
    WEBSOCKET_PORT: '0',
    WEBSOCKET_TIMEOUT: '30s',
    WEBSOCKET_READ_BUFFER_SIZE: '2048',
    WEBSOCKET_WRITE_BUFFER_SIZE: '2048',
    WEBSOCKET_MAX_MESSAGE_SIZE: '65536',
    WEBSOCKET_PING_INTERVAL: '30s',
    WEBSOCKET_PONG_WAIT: '35s',
    WEBSOCKET_WRITE_WAIT: '10s',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS: '50000',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: '5000'
  }
  const { address } = await startCommand(t, { ...GUESTS, ...sample })
  const { client } = await dialInto(t, socketUrl({ address }), 'chat')
  t.match(await client.ask({ type: 'ping' }), { type: 'pong' })
  t.match(await getJson({ address }, '/health'), { status: 200, body: { clients: 1, rooms: 1 } })
})

t.test('a pong wait that is not above the ping interval keeps the service from starting (S2-65)', async (t) => {
  for (const wait of ['54s', '30s']) {
    const { code, stderr } = await cli(['start'], { WEBSOCKET_PING_INTERVAL: '54s', WEBSOCKET_PONG_WAIT: wait })
    t.not(code, 0)
    t.match(stderr, /WS_PONG_WAIT/)
  }
})

t.test('switched off it opens no port and the command ends well; the rest of the table is still checked (S2-12, S2-83)', async (t) => {
  t.match(await cli(['start'], { WEBSOCKET_ENABLED: 'false' }), { code: 0, stdout: /no port is opened/ })
  t.match(await cli(['start'], { WEBSOCKET_ENABLED: 'false', WEBSOCKET_WRITE_WAIT: '10' }), { code: 2, stderr: /WEBSOCKET_WRITE_WAIT/ })
})
