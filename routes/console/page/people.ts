import { byId, make } from './dom.ts'
import { setText } from './overview.ts'
import { fillTable } from './table.ts'
import type { Person } from './wshub.ts'

/** What `GET /ws/users` answers. */
export interface UsersPage {
  readonly users: readonly Person[]
  readonly count: number
}

/** What `GET /ws/rooms` answers. */
export interface RoomsPage {
  readonly rooms: ReadonlyArray<{ readonly room: string, readonly users: number, readonly connections: number }>
  readonly count: number
}

/** The users online, each with a button to disconnect it. */
export function showUserTable ({ users, count }: UsersPage, disconnect: (user: Person) => void): void {
  fillTable(byId('users', HTMLElement), users, {
    keyOf: ({ id }) => id,
    make: (user) => {
      const button = make('button', { type: 'button', class: 'quiet', text: 'Disconnect…', 'aria-label': `Disconnect ${user.id}` })
      button.addEventListener('click', () => disconnect(user))
      return make('tr', {}, make('td', {}, make('bdi'), make('bdi', { class: 'id' })), make('td', { class: 'end' }, button))
    },
    // An id that says no more than the name is not shown twice.
    update: (row, { id, name }) => [name, id === name ? '' : id].forEach((text, place) => setText(row.children[0]?.children[place], text))
  })
  setText(byId('users-count', HTMLElement), countText(users.length, count))
}

/** The rooms with anybody in them. */
export function showRoomTable ({ rooms, count }: RoomsPage): void {
  fillTable(byId('rooms', HTMLElement), rooms, {
    keyOf: ({ room }) => room,
    make: ({ room }) => make('tr', {}, make('td', {}, make('bdi', { text: room })), make('td', {}), make('td', {})),
    update: (row, { users, connections }) => [users, connections].forEach((value, place) => setText(row.children[place + 1], value.toLocaleString('en')))
  })
  setText(byId('rooms-count', HTMLElement), countText(rooms.length, count))
}

function countText (shown: number, count: number): string {
  return shown < count ? `the first ${shown} of ${count.toLocaleString('en')}` : `${count}`
}
