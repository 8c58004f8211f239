import { spawnSync } from 'node:child_process'
import { connect, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { TLSSocket } from 'node:tls'
import t from 'tap'
import { openSink } from '../../src/hub/byte-sink.ts'
import { NativeSink } from '../../src/hub/native-sink.ts'
import { StreamSink } from '../../src/hub/stream-sink.ts'
import { sinkContract, type MakeSink } from '../contracts/sink-contract.ts'

const owner = { onTaken: () => {} }

const native: MakeSink = (socket, owner) => {
  const sink = NativeSink.open(socket, owner)
  if (sink === undefined) throw new Error('this Node has no native sink')
  return sink
}

t.test('the native sink', async (t) => sinkContract(t, native))
t.test('the stream sink', async (t) => sinkContract(t, (socket, owner) => new StreamSink(socket, owner, 0)))

t.test('a connected plain socket is written natively, on every Node that is supported', async (t) => {
  const socket = connect(1, '127.0.0.1').on('error', () => {})
  t.ok(openSink(socket, owner, 0) instanceof NativeSink)
  socket.destroy()
})

t.test('TLS, other streams and sockets without a handle go through the stream', async (t) => {
  for (const stream of [new TLSSocket(new Socket()), new PassThrough(), new Socket()]) {
    t.ok(openSink(stream, owner, 0) instanceof StreamSink)
    stream.destroy()
  }
})

t.test('where Node keeps its binding to itself the service does without', async (t) => {
  const module = new URL('../../src/hub/byte-sink.js', import.meta.url).href
  const script = `process.binding = () => { throw new Error('denied') }
    const { openSink } = await import('${module}')
    const socket = (await import('node:net')).connect(1, '127.0.0.1').on('error', () => {})
    process.stdout.write(openSink(socket, {}, 0).constructor.name)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  t.equal(stdout, 'StreamSink', stderr)
})
