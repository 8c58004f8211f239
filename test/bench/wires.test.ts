import t from 'tap'
import { HubWire } from '../../bench/load/hub-wire.ts'
import { SocketIoWire } from '../../bench/load/socket-io-wire.ts'
import type { Wire } from '../../bench/load/wire.ts'

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
  const refusal = (id: string) => wire.reply(`{"type":"error",${id}"payload":{"code":"RATE_LIMIT","message":"slower"}}`)
  t.strictSame(refusal(`"id":"${prefix}00000123",`), { kind: 'refused', code: 'RATE_LIMIT', number: 123 })
  t.strictSame(refusal('"id":"join",'), { kind: 'refused', code: 'RATE_LIMIT', number: undefined })
  t.strictSame(refusal(''), { kind: 'refused', code: 'RATE_LIMIT', number: undefined })
})

t.test('the beginning of a long room_info is enough to know that the join is done', async (t) => {
  t.strictSame(new HubWire().reply('{"type":"room_info","id":"join","room":"lobby","payload":{"room_id":"lob'), { kind: 'joined' })
  t.strictSame(new HubWire().reply('{"type":"user_joined","room":"lobby"}'), { kind: 'other' })
})

t.test('two runs have different ids, for an id is an idempotency key', async (t) => {
  t.not(prefixOf(new HubWire()), prefixOf(new HubWire()))
})

t.test('Socket.IO\'s packets are told apart', async (t) => {
  const wire = new SocketIoWire()
  t.strictSame(wire.reply('40{"sid":"x"}'), { kind: 'ready' })
  t.strictSame(wire.reply('430[{"count":1}]'), { kind: 'joined' })
  t.strictSame(wire.reply('44{"message":"no"}'), { kind: 'refused', code: '{"message":"no"}', number: undefined })
  t.strictSame(wire.reply('2'), { kind: 'probe', answer: '3' })
  t.strictSame(wire.reply('0{"sid":"y","upgrades":[]}'), { kind: 'other' })
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

function prefixOf (wire: HubWire): string {
  const { text, numberAt } = wire.publish('lobby', 'hi')
  return text.slice(numberAt - 8, numberAt)
}
