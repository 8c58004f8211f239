import { createInterface } from 'node:readline'
import t from 'tap'
import { Conversation, type Channel } from '../../src/cli/conversation.ts'
import { TestWorld } from '../support/cli-world.ts'

/** A channel that keeps what is sent. */
function fakeChannel (): Channel & { readonly sent: Array<Record<string, unknown>> } {
  const sent: Array<Record<string, unknown>> = []
  return { sent, isOpen: true, ended: new Promise(() => {}), send: async (text) => { sent.push(JSON.parse(text)) } }
}

t.test('replies that never come are waited for in vain, but not for ever', async (t) => {
  const world = new TestWorld()
  const conversation = new Conversation(world, { replyTimeoutMs: 10 })
  world.stdin.end('/ping\n')
  t.equal(await conversation.run(createInterface({ input: world.stdin }), fakeChannel()), 1)
  t.match(world.seen.stderr, /not everything was answered/)
})

t.test('the end of the input is told by a request whose answer is not shown', async (t) => {
  const world = new TestWorld()
  const conversation = new Conversation(world)
  const channel = fakeChannel()
  const answer = async (text: string) => {
    await channel.send(text)
    conversation.show(JSON.stringify({ type: 'pong', id: channel.sent.at(-1)?.['id'], payload: null }))
  }
  world.stdin.end('{"type":"ping","id":"1"}')
  t.equal(await conversation.run(createInterface({ input: world.stdin }), { ...channel, send: answer }), 0)
  t.match(channel.sent, [{ type: 'ping', id: '1' }, { type: 'ping', id: /^[\w-]{36}$/ }])
  t.match(world.seen.stdout, /^\S+ pong\n$/)
})

t.test('a frame that is no JSON object shows as the text it is', async (t) => {
  const world = new TestWorld()
  for (const raw of [true, false]) new Conversation(world, { raw }).show('hi\u001b')
  t.equal(world.seen.stdout, 'hi\\u001b\nhi\\u001b\n')
})

t.test('a raw frame takes one line, whatever its spacing', async (t) => {
  const world = new TestWorld()
  const frame = { type: 'x', payload: { text: 'a\nb' } }
  new Conversation(world, { raw: true }).show(JSON.stringify(frame, null, 2))
  t.same(world.seen.stdout.trimEnd().split('\n').map((line) => JSON.parse(line)), [frame])
})
