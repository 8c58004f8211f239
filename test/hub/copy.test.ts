import t from 'tap'
import { Copy } from '../../src/hub/copy.ts'
import type { Connection } from '../../src/hub/connection.ts'
import { connectionTopic } from '../../src/hub/topics.ts'
import type { Delivery, TextDialect } from '../../src/protocol/dialect.ts'
import { commonWords } from '../../src/protocol/log-words.ts'

const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }

/** A dialect that notes what it was asked to encode; without a text its clients are told nothing. */
function recordingDialect (text?: string): TextDialect & { readonly asked: Delivery[] } {
  const asked: Delivery[] = []
  return {
    name: 'test.v1',
    wire: 'text',
    habits: {},
    logWords: commonWords,
    asked,
    decode: () => ({ type: '', id: undefined, room: undefined, payload: null }),
    encode (delivery) {
      asked.push(delivery)
      return text
    }
  }
}

/** As much of a connection as a copy asks for. */
function receiver (dialect: TextDialect, compresses = false): Connection & { readonly taken: Buffer[] } {
  const taken: Buffer[] = []
  const parts = { dialect, compresses, taken, deliver: (frame: Buffer) => taken.push(frame) > 0 }
  return parts as unknown as Connection & { readonly taken: Buffer[] }
}

t.test('a message is encoded once for each dialect, and all its speakers get the same bytes', async (t) => {
  const [one, other] = [recordingDialect('one'), recordingDialect('other')]
  const copy = new Copy({ event }, 'all', undefined)
  const speakers = [receiver(one), receiver(other), receiver(one), receiver(other), receiver(one, true)]
  for (const speaker of speakers) t.ok(copy.deliverTo(speaker))
  t.match([one.asked.length, other.asked.length], [1, 1], 'compressed from the same frame')
  t.equal(speakers[0]?.taken[0], speakers[2]?.taken[0])
  t.equal(speakers[1]?.taken[0]?.toString('latin1', 2), 'other')
})

t.test('where a dialect has no frame for a message it reaches nobody who speaks it', async (t) => {
  const silent = recordingDialect()
  const copy = new Copy({ event }, 'all', undefined)
  for (const speaker of [receiver(silent), receiver(silent, true)]) {
    t.notOk(copy.deliverTo(speaker))
    t.equal(copy.frameOf(speaker), undefined)
    t.same(speaker.taken, [])
  }
})

t.test('a dialect is told the connection that a message comes from, where it is known', async (t) => {
  const dialect = recordingDialect('x')
  const origins = [
    { event, except: [connectionTopic('c1')] }, { event: { ...event, origin: 'c2' } }, { event, except: ['user:ada'] }, { event, except: [] }, { event }
  ].map((message) => {
    new Copy(message, 'all', undefined).frameOf(receiver(dialect))
    return dialect.asked.at(-1)?.origin
  })
  t.same(origins, ['c1', 'c2', undefined, undefined, undefined])
})
