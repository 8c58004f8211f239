import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'

const { REDIS_URL } = process.env
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false, maxHttpBufferSize: 65_536, ...relay() })
let count = 0

io.on('connection', (socket) => {
  const name = `user-${++count}`
  const sender = { id: name, name }
  socket.on('join_room', ({ room }, ack) => {
    socket.join(room)
    ack({ room, count: io.of('/').adapter.rooms.get(room)?.size ?? 0 })
  })
  socket.on('send_message', ({ room, payload }, ack) => {
    if (!socket.rooms.has(room)) return ack({ error: 'NOT_IN_ROOM' })
    const timestamp = new Date().toISOString()
    socket.to(room).emit('new_message', { room, payload, sender, timestamp })
    ack({ timestamp })
  })
})
http.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${http.address().port}\n`))

/** With other nodes beside it: Socket.IO's adapter for Redis, set up as its documentation shows. */
function relay () {
  if (REDIS_URL === undefined) return {}
  const publisher = new Redis(REDIS_URL)
  return { adapter: createAdapter(publisher, publisher.duplicate()) }
}
