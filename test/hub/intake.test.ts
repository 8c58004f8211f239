import t from 'tap'
import { connectRaw } from '../support/raw-peer.ts'
import { startHub } from '../support/test-hub.ts'
import { clientFrame, TEXT } from '../support/wire-frames.ts'

const FULL = 65_536

t.test('a peer that fills every read lets others have their turn; what it sent is read all the same', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address, { path: '/?user=ada' })
  await peer.message('connected')
  const [webSocket] = service.webSockets
  let pauses = 0
  const pause = webSocket?.pause.bind(webSocket)
  Object.assign(Object(webSocket), { pause () { pauses += 1; pause?.() } })
  const frame = clientFrame(TEXT, JSON.stringify({ type: 'ping', payload: 'x'.repeat(FULL - 100) }))
  peer.send(Buffer.concat(new Array<Buffer>(100).fill(frame)), { type: 'ping', id: 'last' })
  for (let answer = await peer.message('pong'); answer.id !== 'last'; answer = await peer.message('pong'));
  t.ok(pauses > 0, `paused ${pauses} times`)
  t.equal(webSocket?.isPaused, false)
})
