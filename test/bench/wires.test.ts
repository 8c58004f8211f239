import t from 'tap'
import { HubWire } from '../../bench/load/hub-wire.ts'
import { SocketIoWire } from '../../bench/load/socket-io-wire.ts'
import { createWires } from '../../bench/load/create-wire.ts'
import { ProtobufWire } from '../../bench/load/protobuf-wire.ts'
import type { Wire } from '../../bench/load/wire.ts'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { decodeRequest, encodeFrame } from '../support/hub-proto.ts'

const NOW = '2026-01-02T03:04:05.678Z'

t.test('an ack of the hub\'s wire tells the number of the message', async (t) => {
  const wire = new HubWire()
  const prefix = prefixOf(wire)
  t.equal(ackNumber(wire, `{"type":"ack","id":"${prefix}00000123","payload":{"seq":9}}`), 123)
  t.equal(ackNumber(wire, '{"type":"new_message","room":"lobby","payload":{"content":"hi"}}'), -1)
  t.equal(ackNumber(wire, '{"type":"ack"}'), -1)
})

t.test('an error of the hub\'s wire tells the code, and the number where it is known', async (t) => {
  const wire = new HubWire()
  const prefix = prefixOf(wire)
  const refusal = (id: string) => wire.reply(Buffer.from(`{"type":"error",${id}"payload":{"code":"RATE_LIMIT","message":"slower"}}`))
  t.strictSame(refusal(`"id":"${prefix}00000123",`), { kind: 'refused', code: 'RATE_LIMIT', number: 123 })
  t.strictSame(refusal('"id":"join",'), { kind: 'refused', code: 'RATE_LIMIT', number: undefined })
  t.strictSame(refusal(''), { kind: 'refused', code: 'RATE_LIMIT', number: undefined })
})

t.test('the beginning of a long room_info is enough to know that the join is done', async (t) => {
  t.strictSame(new HubWire().reply(Buffer.from('{"type":"room_info","id":"join","room":"lobby","payload":{"room_id":"lob')), { kind: 'joined' })
  t.strictSame(new HubWire().reply(Buffer.from('{"type":"user_joined","room":"lobby"}')), { kind: 'other' })
})

t.test('two runs have different ids, for an id is an idempotency key', async (t) => {
  t.not(prefixOf(new HubWire()), prefixOf(new HubWire()))
})

t.test('the binary wire says what the hub\'s own one says', async (t) => {
  const wire = new ProtobufWire()
  t.strictSame(decodeRequest(wire.join('lobby')), { type: 'join_room', id: 'join', room: 'lobby', payload: null })
  const content = 'x'.repeat(200)
  const { text, numberAt } = wire.publish('lobby', content)
  const { id, ...said } = decodeRequest(Buffer.from(text))
  t.strictSame(said, { type: 'send_message', room: 'lobby', payload: { content } })
  t.equal(Buffer.from(text).toString('latin1', numberAt, numberAt + 8), '00000000')
  t.equal(id, `${prefixOf(wire)}00000000`)
})

t.test('answers of the binary wire are told apart', async (t) => {
  const wire = new ProtobufWire()
  const frame = (type: string, id: string, payload: unknown) => encodeFrame({ type, id, payload, timestamp: NOW })
  const mine = `${prefixOf(wire)}00000123`
  const ack = frame('ack', mine, { seq: 9 })
  t.equal(wire.ackNumber(Buffer.concat([Buffer.alloc(2), ack]), 2, ack.length + 2), 123)
  t.equal(wire.ackNumber(frame('ack', 'join', {}), 0, 20), -1)
  t.equal(wire.ackNumber(frame('new_message', mine, {}), 0, 40), -1)
  t.strictSame(wire.reply(frame('room_info', 'join', { room_id: 'lobby' })), { kind: 'joined' })
  t.strictSame(wire.reply(frame('user_joined', 'x', {})), { kind: 'other' })
  t.strictSame(wire.reply(frame('error', mine, { code: 'RATE_LIMIT' })), { kind: 'refused', code: 'RATE_LIMIT', number: 123 })
  t.strictSame(wire.reply(frame('error', 'join', { code: 'FORBIDDEN' })), { kind: 'refused', code: 'FORBIDDEN', number: undefined })
})

t.test('the mixed wire is every dialect of the service', async (t) => {
  const spoken = createWires('mixed').map(({ path }) => new URL(path, 'ws://x').searchParams.get('dialect') ?? 'hub.v1')
  t.strictSame(spoken, [...dialects.keys()])
})

t.test('Socket.IO\'s packets are told apart', async (t) => {
  const wire = new SocketIoWire()
  t.strictSame(wire.reply(Buffer.from('40{"sid":"x"}')), { kind: 'ready' })
  t.strictSame(wire.reply(Buffer.from('430[{"count":1}]')), { kind: 'joined' })
  t.strictSame(wire.reply(Buffer.from('44{"message":"no"}')), { kind: 'refused', code: '{"message":"no"}', number: undefined })
  t.strictSame(wire.reply(Buffer.from('2')), { kind: 'probe', answer: '3' })
  t.strictSame(wire.reply(Buffer.from('0{"sid":"y","upgrades":[]}')), { kind: 'other' })
})

t.test('a callback of Socket.IO tells the number of the message', async (t) => {
  const wire = new SocketIoWire()
  t.equal(ackNumber(wire, '43100000123[{"timestamp":"now"}]'), 123)
  t.equal(ackNumber(wire, '430[{"count":1}]'), -1)
  t.equal(ackNumber(wire, '42["new_message",{}]'), -1)
})

function ackNumber (wire: Wire, text: string): number {
  const bytes = Buffer.from(`..${text}..`)
  return wire.ackNumber(bytes, 2, bytes.length - 2)
}

function prefixOf (wire: Wire): string {
  const { text, numberAt } = wire.publish('lobby', 'hi')
  return text.slice(numberAt - 8, numberAt).toString()
}
