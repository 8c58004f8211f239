import Fastify from 'fastify'
import t from 'tap'
import hubPlugin from '../../plugins/hub.ts'
import ingestPlugin, { type IngestPluginOptions } from '../../plugins/ingest.ts'
import relayPlugin from '../../plugins/relay.ts'
import type { HandleEvent, IngestSource, SourceStatus, Verdict } from '../../src/ingest/ingest-source.ts'
import { startService, type Teardown } from '../helper.ts'

/** A source that writes down what is done with it. */
class NotedSource implements IngestSource {
  readonly notes: string[] = []
  #handle: HandleEvent | undefined

  start (handle: HandleEvent): void {
    this.notes.push('start')
    this.#handle = handle
  }

  status (): SourceStatus {
    return { consuming: true }
  }

  async stop (): Promise<void> {
    this.notes.push('stop')
  }

  async give (body: string): Promise<Verdict | undefined> {
    return await this.#handle?.({ subject: 'news', id: body, position: body, body: new TextEncoder().encode(body), attempt: 1 })
  }
}

async function withIngest (t: Teardown, options: IngestPluginOptions) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(relayPlugin)
  await app.register(hubPlugin)
  await app.register(ingestPlugin, options)
  return app
}

t.test('without a source the decorator is there and undefined', async (t) => {
  t.equal((await startService(t)).app.ingest, undefined)
  const app = await withIngest(t, {})
  t.ok(app.hasDecorator('ingest'))
  t.equal(app.ingest, undefined)
})

t.test('a source of the application\'s own begins when all is ready, and ends before the relay', async (t) => {
  const source = new NotedSource()
  const app = await withIngest(t, { source, subjects: 'news -> all' })
  t.same(source.notes, [])
  await app.ready()
  t.same(source.notes, ['start'])
  const close = app.relay.port.close.bind(app.relay.port)
  app.relay.port.close = async () => {
    source.notes.push('relay closed')
    await close()
  }
  t.same(await source.give('{"n":1}'), { kind: 'done' })
  t.match(app.ingest?.counts(), { published: 1 })
  t.same(app.ingest?.status(), { consuming: true })
  await app.close()
  t.equal(source.notes.at(-1), 'relay closed')
  t.ok(source.notes.includes('stop'))
})

t.test('a map or an address that cannot be read refuses the start; no message repeats a password', async (t) => {
  await t.rejects(withIngest(t, { source: new NotedSource(), subjects: 'news -> nobody' }), /^subjects: expected an audience.*got rule 1: news -> nobody$/)
  await t.rejects(withIngest(t, { nats: { url: 'nats://a' } }), /^subjects: expected rules/)
  for (const options of [{ nats: { url: 'nats://u:canary@a/x' } }, { redis: { url: 'redis://:canary@a/x' } }]) {
    const problem = await withIngest(t, { ...options, subjects: 'news -> all' }).then(() => '', String)
    t.match(problem, /^Error: (?:NATS|INGEST_REDIS)_URL: expected/)
    t.notMatch(problem, 'canary')
  }
})

t.test('the largest event is an option, so are the pauses', async (t) => {
  const source = new NotedSource()
  const app = await withIngest(t, { source, subjects: 'news -> all', maxMessageSizeBytes: 10, retry: { minMs: 7 } })
  await app.ready()
  t.match(await source.give('{"n":"12345"}'), { kind: 'dead', reason: 'expected at most 10 bytes, got 13' })
  app.hub.publish = () => { throw new TypeError('a fault') }
  t.same(await source.give('{"n":1}'), { kind: 'retry', afterMs: 7 })
})
