import fc from 'fast-check'
import type { Test } from 'tap'
import { HubError } from '../../src/errors.ts'
import { isRecord } from '../../src/guards.ts'
import { JsonText } from '../../src/json-text.ts'
import type { Delivery, Dialect, RawRequest } from '../../src/protocol/dialect.ts'
import { serverMessages } from '../../src/protocol/schemas/server-messages.ts'

/** A frame as a client of the dialect reads it; undefined for what it is not told. */
export type ReadFrame = (encoded: string | Buffer) => unknown

const ADA = { userId: 'ada', name: 'Ada', roles: ['user'] }

/** What the server says, as the description shows it, each to one client and as it goes to many. */
function deliveries (): Delivery[] {
  return serverMessages.flatMap(({ type, schema }) => {
    const examples: unknown[] = Array.isArray(schema['examples']) ? schema['examples'] : []
    return examples.filter(isRecord).flatMap((frame) => {
      const { seq, topic, error: text, payload, ...head } = frame
      const event = { timestamp: '', ...head, type, payload: payload ?? null }
      const error = typeof text === 'string' ? { code: 'ROOM_FULL', message: text, severity: 'client' } as const : undefined
      return [{ event, error, receiver: ADA }, { event: { ...event, payload: new JsonText(JSON.stringify(event.payload)) }, error }]
    })
  })
}

function decode (dialect: Dialect, bytes: Uint8Array): RawRequest {
  return dialect.wire === 'text' ? dialect.decode(Buffer.from(bytes).toString()) : dialect.decode(Buffer.from(bytes))
}

/** Throws for anything but a refusal with INVALID_FORMAT. */
function reads (dialect: Dialect, bytes: Uint8Array): boolean {
  try {
    const { type, flaw } = decode(dialect, bytes)
    return typeof type === 'string' && (flaw === undefined || flaw instanceof HubError)
  } catch (error) {
    if (error instanceof HubError && error.code === 'INVALID_FORMAT') return true
    throw error
  }
}

/** What every wire format promises, whatever its shape. */
export function testDialect (t: Test, dialect: Dialect, read: ReadFrame): void {
  t.test('whatever comes is a request or INVALID_FORMAT, nothing else', async (t) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => reads(dialect, bytes)))
    fc.assert(fc.property(fc.json(), (text) => reads(dialect, Buffer.from(text))))
    t.pass('no counterexample')
  })

  t.test('everything that the server says has a frame, or is not told on purpose', async (t) => {
    const untold = new Set<string>()
    for (const delivery of deliveries()) {
      const encoded = dialect.encode(delivery)
      if (encoded === undefined) untold.add(delivery.event.type)
      else t.ok(isRecord(read(encoded)), `${delivery.event.type} is one message`)
    }
    const onPurpose = dialect.wire === 'binary' || dialect.name === 'hub.v1' ? [] : ['ack', 'connected', 'draining', 'error', 'rate_warning', 'token_expiring']
    t.same([...untold].filter((type) => !onPurpose.includes(type)), [], 'what people say and what is asked for is always told')
  })

  t.test('what an application sends arrives whole, whatever it is', async (t) => {
    fc.assert(fc.property(fc.jsonValue(), (payload) => {
      const text = JSON.stringify(payload)
      const encoded = dialect.encode({ event: { type: 'news', payload: new JsonText(text), timestamp: '2026-01-01T00:00:00.000Z' } })
      return encoded !== undefined && holds(read(encoded), JSON.parse(text))
    }))
    t.pass('no counterexample')
  })

  t.test('a payload cannot pass itself off as the envelope', async (t) => {
    const payload = { type: 'error', from: 'admin', sender: { id: 'admin' }, client_id: 'admin', room: 'other', error: 'x', timestamp: 'never' }
    const event = { type: 'news', room: 'here', payload, sender: { id: 'eve', name: 'Eve' }, timestamp: '2026-01-01T00:00:00.000Z' }
    const frame = read(dialect.encode({ event }) ?? '')
    t.match(frame, { type: 'news', room: 'here' })
    t.notMatch(isRecord(frame) ? [frame['from'], frame['client_id'], frame['sender']] : frame, [/admin/])
  })
}

/** True when the value is the frame's content, whichever field has it, or the frame's own fields. */
function holds (frame: unknown, value: unknown): boolean {
  if (!isRecord(frame)) return false
  if (Object.values(frame).some((field) => isSame(field, value))) return true
  return isRecord(value) && Object.entries(value).every(([name, field]) => isSame(frame[name], field))
}

function isSame (one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
