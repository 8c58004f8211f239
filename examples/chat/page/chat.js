// How a chat uses the SDK. What it looks like is in view.js.
// With a bundler, or in Node, the line is: import { connect } from 'wshub/client'
import { connect } from './wshub.js'
import { askName, RoomView, showConnection, showNotice } from './view.js'

const ROOMS = ['general', 'random', 'help']

start()

async function start () {
  const name = await logIn()
  // The hub stays for as long as the page: it reconnects by itself, and asks for a new token whenever the old one will not do.
  const hub = connect('/ws', { token: () => fetchToken(name) })
  hub.on('state', (event) => showConnection(event))
  hub.on('system.alert', ({ payload }) => showNotice(payload.message))
  const { user_id: me } = await hub.ready()
  await Promise.all(ROOMS.map((room) => openRoom(hub, room, me)))
}

/** Asks for a name until it is a good one; a reload keeps it. */
async function logIn () {
  for (let problem = ''; ;) {
    const name = sessionStorage.getItem('name') ?? await askName(problem)
    try {
      await fetchToken(name)
      sessionStorage.setItem('name', name)
      return name
    } catch (error) {
      sessionStorage.removeItem('name')
      problem = error.message
    }
  }
}

async function fetchToken (name) {
  const response = await fetch('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) })
  const { token, error } = await response.json()
  if (!response.ok) throw new Error(error)
  return token
}

async function openRoom (hub, name, me) {
  const view = new RoomView(name, me)
  // Joins, and joins again after every reconnect: what was missed meanwhile comes as ordinary messages.
  const room = await hub.join(name)
  room.on('message', (message) => view.add(message, { isNew: true }))
  room.on('members', (members) => view.showMembers(members))
  room.on('typing', ({ person, isTyping }) => view.showTyping(person, isTyping))
  room.on('recovered', ({ recovered }) => { if (!recovered) startAnew(room, view) })
  room.on('closed', (error) => { if (error !== undefined) view.note(`You are out of this room: ${error.message}`) })
  view.onTyping = (isTyping) => room.typing(isTyping)
  view.onSend = (content) => send(room, view, { content, id: newId() })
  view.showMembers(room.members)
  await showPast(room, view)
}

async function showPast (room, view) {
  const { messages } = await room.history()
  for (const message of messages) view.add(message)
}

/** The service does not have all that was missed: what it has is shown, and that there may be more is said. */
async function startAnew (room, view) {
  view.startAnew()
  await showPast(room, view)
}

/** Shows a message at once. Without a connection it waits for the next one; `send` resolves when the service has it. */
async function send (room, view, { content, id }) {
  view.addOwn(content, id)
  try {
    const { seq } = await room.send({ content }, { id })
    view.markSent(id, seq)
  } catch (error) {
    // Under the same id, so that it is not said twice if it did arrive.
    view.markFailed(id, error.message, () => send(room, view, { content, id }))
  }
}

/** Under an id the service takes a message once, however often it is sent. */
function newId () {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
