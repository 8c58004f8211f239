import t from 'tap'
import { createWire } from '../../bench/load/create-wire.ts'
import { planLoad } from '../../bench/load/options.ts'
import { contentOf, makePublications, Publication } from '../../bench/load/publication.ts'
import { readMessageNumber, readSender, readSentUs } from '../../bench/load/stamp.ts'
import { unmask } from './unmask.ts'

const URL = 'ws://127.0.0.1:1'

t.test('a message of the hub\'s wire is an envelope with its number and a stamp', async (t) => {
  const publication = new Publication(createWire('hub'), 42, 'lobby', contentOf(undefined, 100))
  const { opcode, text } = unmask(publication.frame({ number: 1_234, sentUs: 567_890 }))
  const { id, ...envelope } = JSON.parse(text)
  t.equal(opcode, 1)
  t.match(id, /^[0-9a-f]{8}00001234$/)
  t.strictSame(envelope, { type: 'send_message', room: 'lobby', payload: { content: `~${'00042'}${'00001234'}${'0000567890'}${'x'.repeat(76)}` } })
})

t.test('a message of Socket.IO is an event whose callback has the number', async (t) => {
  const publication = new Publication(createWire('socket.io'), 1, 'lobby', contentOf('hi', 0))
  const { text } = unmask(publication.frame({ number: 7, sentUs: 8 }))
  t.equal(text, '42100000007["send_message",{"room":"lobby","payload":{"content":"~00001000000070000000008 hi"}}]')
})

t.test('a frame is not changed by the next one', async (t) => {
  const publication = new Publication(createWire('hub'), 0, 'lobby', contentOf(undefined, 24))
  const first = publication.frame({ number: 1, sentUs: 0 })
  publication.frame({ number: 2, sentUs: 0 })
  t.match(unmask(first).text, /~0000000000001/)
})

t.test('a stamp is read as it was written', async (t) => {
  const publication = new Publication(createWire('hub'), 14_999, 'lobby', contentOf(undefined, 100))
  const bytes = Buffer.from(unmask(publication.frame({ number: 98_765_432, sentUs: 9_876_543_210 })).text)
  const at = bytes.indexOf('~')
  t.strictSame([readSender(bytes, at), readMessageNumber(bytes, at), readSentUs(bytes, at)], [14_999, 98_765_432, 9_876_543_210])
})

t.test('publishers take turns, one room after the other', async (t) => {
  const plan = planLoad({ url: URL, rooms: 3, membersPerRoom: 10, publishersPerRoom: 2 })
  t.strictSame(makePublications(plan, [createWire('hub')]).map(({ sender }) => sender), [0, 10, 20, 1, 11, 21])
})

t.test('a script is published line by line by who says it', async (t) => {
  const script = [{ speaker: 2, text: 'hello' }, { speaker: 0, text: '"hi" \u0001 é' }]
  const publications = makePublications(planLoad({ url: URL, membersPerRoom: 3, script }), [createWire('hub')])
  const contents = publications.map((each) => JSON.parse(unmask(each.frame({ number: 0, sentUs: 0 })).text).payload.content.slice(24))
  t.strictSame(publications.map(({ sender }) => sender), [2, 0])
  t.strictSame(contents, [' hello', ' "hi" \u0001 é'])
})
