import { io } from 'socket.io-client'

/** Socket.IO's client as an application uses it; what it gives back is a `Wire` of `bench/client/page`. @param {string} url */
export async function open (url) {
  const socket = io(url, { transports: ['websocket'], forceNew: true })
  await socket.emitWithAck('join_room', { room: 'bench' })
  return {
    /** @param {(seq: number) => void} take */
    listen: (take) => { socket.on('new_message', ({ seq }) => take(seq)) },
    /** @param {object} order */
    start: async (order) => { await socket.emitWithAck('firehose', order) },
    /** @param {string} content */
    say: async (content) => { await socket.emitWithAck('send_message', { room: 'bench', payload: { content } }) },
    close: () => socket.close()
  }
}
