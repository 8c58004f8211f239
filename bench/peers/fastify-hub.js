import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { RoomHub } from './room-hub.js'

const hub = new RoomHub()
const app = Fastify()
let count = 0

await app.register(websocket, { options: { maxPayload: 65_536 } })
app.get('/ws', { websocket: true }, (socket) => {
  const name = `user-${++count}`
  socket.on('message', (data) => hub.receive(socket, { id: name, name }, data.toString()))
  socket.on('close', () => hub.remove(socket))
})
process.stdout.write(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
