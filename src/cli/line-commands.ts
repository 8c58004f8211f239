/** What a typed line asks for: a frame to send, something to tell the person, or the end. */
export type LineOutcome = { readonly send: string } | { readonly complaint: string } | 'help' | 'quit' | 'nothing'

/** What can be typed. */
export const INPUT_HELP = `A line of JSON is sent as it is. Besides:
  /join ROOM      become a member of a room, which the next lines are about
  /leave [ROOM]   leave it, or another
  /say TEXT       send a message to the room
  /typing         tell the room that you are typing
  /who [ROOM]     who is in the room
  /sub ROOM       receive a room's messages without being a member
  /unsub [ROOM]   the end of that
  /pub DATA       publish JSON, or else a text, to the room
  /ping           ask for a sign of life
  /quit           end`

/** Makes the frame of a command from what follows it. */
type Compose = (rest: string) => LineOutcome

/** Turns typed lines into frames; remembers which room they are about. */
export class LineCommands {
  /** Rooms entered, the current one last. */
  readonly #rooms: string[] = []
  readonly #commands: ReadonlyMap<string, Compose> = new Map<string, Compose>([
    ['join', (room) => this.#enter('join_room', room)],
    ['leave', (room) => this.#exit('leave_room', room)],
    ['sub', (room) => this.#enter('subscribe', room)],
    ['unsub', (room) => this.#exit('unsubscribe', room)],
    ['say', (content) => content === '' ? wants('say', 'a text') : this.#toRoom('send_message', { content })],
    ['pub', (data) => data === '' ? wants('pub', 'JSON or a text') : this.#toRoom('publish', jsonOrText(data))],
    ['typing', () => this.#toRoom('typing')],
    ['who', (room) => room === '' ? this.#toRoom('online_users') : request({ type: 'online_users', room })],
    ['ping', () => request({ type: 'ping' })],
    ['help', () => 'help'],
    ['quit', () => 'quit']
  ])

  /** Reads one line. */
  read (line: string): LineOutcome {
    if (line.trim() === '') return 'nothing'
    if (/^\s*[{[]/.test(line)) return { send: line }
    const [, name, rest = ''] = /^\/(\S*)\s?(.*)$/s.exec(line) ?? []
    if (name === undefined) return { complaint: 'expected JSON or a command; /say TEXT says something, /help lists all' }
    return this.#commands.get(name)?.(rest) ?? { complaint: `unknown command /${name}; /help lists all` }
  }

  #enter (type: string, text: string): LineOutcome {
    const room = text.trim()
    if (room === '') return { complaint: 'expected the name of a room' }
    this.#forget(room)
    this.#rooms.push(room)
    return request({ type, room })
  }

  #exit (type: string, text: string): LineOutcome {
    const room = text.trim() || this.#rooms.at(-1)
    if (room === undefined) return noRoom()
    this.#forget(room)
    return request({ type, room })
  }

  #toRoom (type: string, payload?: unknown): LineOutcome {
    const room = this.#rooms.at(-1)
    return room === undefined ? noRoom() : request({ type, room, payload })
  }

  #forget (room: string): void {
    const index = this.#rooms.indexOf(room)
    if (index !== -1) this.#rooms.splice(index, 1)
  }
}

function request (envelope: object): LineOutcome {
  return { send: JSON.stringify(envelope) }
}

function wants (command: string, what: string): LineOutcome {
  return { complaint: `/${command} wants ${what}` }
}

function noRoom (): LineOutcome {
  return { complaint: 'no room yet; /join ROOM first' }
}

function jsonOrText (data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
