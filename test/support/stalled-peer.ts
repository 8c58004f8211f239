import type { Teardown } from '../helper.ts'
import { connectRaw } from './raw-peer.ts'
import { stall } from './stall.ts'
import { startHub, type TestHubOptions } from './test-hub.ts'

/** A hub with one peer that has stopped reading, and its socket full. */
export async function startWithStalledPeer (t: Teardown, options: TestHubOptions = {}) {
  const service = await startHub(t, options)
  const peer = await connectRaw(t, service.address, { path: '/?user=slow' })
  peer.socket.pause()
  const [connection] = service.opened
  if (connection === undefined) throw new Error('expected a connection')
  await stall(connection)
  return { ...service, peer, connection }
}
