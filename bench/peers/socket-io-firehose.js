import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

/** As many as are handed over at a time, and as may wait for the network. */
const BATCH = 256
const MOST_WAITING = 2_048
const TIMESTAMP = '2026-01-01T00:00:00.000Z'

const { CONTENT = '' } = process.env
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false, cors: { origin: '*' } })

io.on('connection', (socket) => {
  let count = 0
  socket.on('join_room', ({ room }, ack) => ack({ room, count: 1 }))
  socket.on('send_message', (_message, ack) => ack({ seq: ++count, epoch: 'bench' }))
  socket.on('firehose', async ({ messages }, ack) => {
    ack({})
    for (let seq = 1; seq <= messages && socket.connected; seq++) {
      socket.emit('new_message', messageOf(seq))
      if (seq % BATCH === 0) await untilTaken(socket.conn)
    }
  })
})
http.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${http.address().port}\n`))

/** The same fields as the service's frames, but the type, which is the event here. @param {number} seq */
function messageOf (seq) {
  return { id: `bob-${seq}`, room: 'bench', payload: { content: CONTENT }, sender: { id: 'bob', name: 'Bob' }, timestamp: TIMESTAMP, seq }
}

/** @param {import('engine.io').Socket} connection */
async function untilTaken (connection) {
  while (connection.readyState === 'open' && connection.writeBuffer.length > MOST_WAITING) {
    await Promise.race([once(connection, 'drain'), once(connection, 'close')])
  }
}
