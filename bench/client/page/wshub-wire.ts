import { connect, type Hub } from '../../../client/index.ts'
import type { Wire } from './wire.ts'

/** The client library as an application uses it. */
export async function open (url: string): Promise<Wire> {
  return await talkOver(connect(url))
}

/** The same with a connection that is made. */
export async function talkOver (hub: Hub): Promise<Wire> {
  const room = await hub.join('bench')
  return {
    listen: (take) => { room.on('message', ({ seq = 0 }) => take(seq)) },
    start: async (order) => { await hub.request('firehose', order) },
    say: async (content) => { await room.send({ content }) },
    close: () => hub.close()
  }
}
