import { WebSocketServer } from 'ws'
import { RoomHub } from './room-hub.js'

const hub = new RoomHub()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 65_536 })
let count = 0

server.on('connection', (socket) => {
  const name = `user-${++count}`
  socket.on('message', (data) => hub.receive(socket, { id: name, name }, data.toString()))
  socket.on('close', () => hub.remove(socket))
  socket.on('error', () => {})
})
server.on('listening', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`))
