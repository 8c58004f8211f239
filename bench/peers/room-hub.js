/** @typedef {{ send: (text: string) => void }} Socket */

/**
 * A room hub as one writes it on a bare WebSocket library: parses a request, wraps a message with sender and time, sends
 * it to the others of the room one by one, acknowledges it. Shared by the hubs that speak wshub's envelope.
 */
export class RoomHub {
  /** @type {Map<string, Set<Socket>>} */
  #rooms = new Map()

  /** @param {Socket} socket @param {{ id: string, name: string }} sender @param {string} text */
  receive (socket, sender, text) {
    const { type, id, room, payload } = JSON.parse(text)
    const timestamp = new Date().toISOString()
    if (type === 'join_room') {
      const members = this.#rooms.get(room) ?? new Set()
      this.#rooms.set(room, members.add(socket))
      socket.send(JSON.stringify({ type: 'room_info', id, room, payload: { count: members.size }, timestamp }))
    } else if (type === 'send_message') {
      const members = this.#rooms.get(room)
      if (!members?.has(socket)) return socket.send(JSON.stringify({ type: 'error', id, payload: { code: 'NOT_IN_ROOM' }, timestamp }))
      const message = JSON.stringify({ type: 'new_message', id, room, payload, sender, timestamp })
      for (const member of members) if (member !== socket) member.send(message)
      socket.send(JSON.stringify({ type: 'ack', id, payload: {}, timestamp }))
    }
  }

  /** @param {Socket} socket */
  remove (socket) {
    for (const [room, members] of this.#rooms) {
      if (members.delete(socket) && members.size === 0) this.#rooms.delete(room)
    }
  }
}
