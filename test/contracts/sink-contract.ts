import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { ByteSink, SinkOwner } from '../../src/hub/byte-sink.ts'

/** Makes the sink under test. */
export type MakeSink = (socket: Socket, owner: SinkOwner) => ByteSink

/** More than the buffers of both ends hold. */
const FLOOD_BYTES = 16_777_216

interface Ends {
  readonly sink: ByteSink
  readonly socket: Socket
  readonly peer: Socket
  /** How often the owner has been told. */
  readonly told: { times: number }
  /** Resolves when the owner is told next. */
  readonly whenTold: () => Promise<void>
}

/** What every sink promises, shown on a real connection. */
export function sinkContract (t: Test, makeSink: MakeSink): void {
  t.test('bytes that the kernel takes at once leave with the write', async (t) => {
    const { sink, peer, socket } = await open(t, makeSink)
    t.equal(sink.write(Buffer.from('hello')), true)
    socket.end()
    t.equal(await text(peer), 'hello')
  })

  t.test('a full socket says so, and the owner is told once it has taken everything', async (t) => {
    const { sink, peer, told, whenTold } = await open(t, makeSink)
    t.equal(sink.write(Buffer.alloc(FLOOD_BYTES)), false)
    sink.write(Buffer.from('more'))
    t.equal(told.times, 0)
    const bytes = countBytes(peer, FLOOD_BYTES + 4)
    await whenTold()
    await bytes
    t.equal(told.times, 1)
  })

  t.test('what ws writes through the stream keeps its place, also on a full socket', async (t) => {
    const { sink, peer, socket } = await open(t, makeSink)
    sink.write(Buffer.alloc(FLOOD_BYTES))
    socket.write('<ping>')
    sink.write(Buffer.from('b'))
    socket.end('<close>')
    t.equal((await text(peer)).slice(FLOOD_BYTES), '<ping>b<close>')
  })

  t.test('the bytes stay as they were, however late the kernel takes them', async (t) => {
    const { sink, peer, socket } = await open(t, makeSink)
    for (let letter = 0; letter < 4; letter += 1) sink.write(Buffer.alloc(FLOOD_BYTES / 4, 'abcd'[letter]))
    socket.end()
    const received = await text(peer)
    t.equal(received.length, FLOOD_BYTES)
    t.ok(/^a+b+c+d+$/.test(received))
  })

  t.test('a peer that resets the connection ends the socket and throws nothing', async (t) => {
    const { sink, peer, socket } = await open(t, makeSink)
    const closed = new Promise((resolve) => { socket.on('error', () => {}).on('close', resolve) })
    sink.write(Buffer.alloc(FLOOD_BYTES))
    peer.resetAndDestroy()
    await closed
    t.doesNotThrow(() => sink.write(Buffer.from('late')))
    t.ok(socket.destroyed)
  })

  t.test('a socket that is destroyed with bytes under way takes no more and throws nothing', async (t) => {
    const { sink, socket } = await open(t, makeSink)
    sink.write(Buffer.alloc(FLOOD_BYTES))
    socket.destroy()
    t.doesNotThrow(() => sink.write(Buffer.from('late')))
    await once(socket, 'close')
  })
}

async function open (t: Test, makeSink: MakeSink): Promise<Ends> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const peer = connect(port, '127.0.0.1').pause()
  const [socket] = await once(server, 'connection') as [Socket]
  const told = { times: 0 }
  let tell = () => {}
  const onTaken = () => {
    told.times += 1
    tell()
  }
  server.close()
  t.teardown(() => {
    socket.destroy()
    peer.destroy()
  })
  return { sink: makeSink(socket, { onTaken }), socket, peer, told, whenTold: () => new Promise((resolve) => { tell = resolve }) }
}

async function countBytes (peer: Socket, expected: number): Promise<void> {
  let count = 0
  for await (const chunk of peer) {
    count += chunk.length
    if (count === expected) return
  }
}
