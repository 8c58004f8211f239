import { make, onSubmit, tell } from './dom.ts'
import { MessageList } from './message-list.ts'
import { TypingLine } from './typing-line.ts'
import { errorText } from './words.ts'
import type { Person, Room } from './wshub.ts'

/** What a room tells the list of rooms. */
export interface RoomEnds {
  readonly onUnread: () => void
  /** The room is left, or lost with a reason. */
  readonly onEnd: (reason: string) => void
}

/** Names that are shown of a room's members. */
const MOST_NAMES = 200
const HISTORY = 50

/** One room: who is there, what is said, who types, and a line to say something. */
export class RoomView {
  readonly element: HTMLElement
  unread = 0
  readonly #room: Room
  readonly #messages = new MessageList()
  readonly #typing = new TypingLine()
  readonly #input = make('input', { type: 'text', placeholder: 'Say something', autocomplete: 'off', 'aria-label': 'Message' })
  readonly #note = make('p', { class: 'note', role: 'alert' })
  readonly #count = make('span', { class: 'count' })
  readonly #members = make('ul', { class: 'members', 'aria-label': 'Members' })

  constructor (room: Room, ends: RoomEnds) {
    this.#room = room
    const leave = make('button', { type: 'button', class: 'quiet', text: 'Leave' })
    leave.addEventListener('click', () => { this.#leave().catch(() => {}) })
    const form = make('form', { class: 'composer' }, this.#input, make('button', { type: 'submit', class: 'primary', text: 'Send' }))
    tell(this.#note, '')
    this.element = make('div', { role: 'tabpanel', class: 'room' },
      make('div', { class: 'room-head' }, make('h3', {}, make('bdi', { text: room.name })), this.#count, leave),
      this.#members, this.#messages.element, this.#typing.element, this.#note, form)
    onSubmit(form, () => { this.#send() })
    this.#input.addEventListener('input', () => room.typing(this.#input.value !== ''))
    this.#listen(ends)
    this.#showMembers(room.members)
    this.#showHistory().catch(() => this.#messages.addEarlier([]))
  }

  focus (): void {
    this.#input.focus()
  }

  #listen ({ onUnread, onEnd }: RoomEnds): void {
    this.#room
      .on('message', (message) => {
        this.#messages.add(message)
        onUnread()
      })
      .on('members', (members) => this.#showMembers(members))
      .on('joined', ({ name }) => this.#messages.notice(`${name} came in`))
      .on('left', ({ id, name }) => {
        this.#typing.note(id, name, false)
        this.#messages.notice(`${name} left`)
      })
      .on('typing', ({ person, isTyping }) => this.#typing.note(person.id, person.name, isTyping))
      .on('recovered', ({ recovered }) => { if (!recovered) this.#messages.notice('Something was missed here and cannot be had any more') })
      .on('closed', (error) => {
        // The end of the connection is shown by the state light, and what was said stays to be read.
        if (error?.code === 'CLOSED') this.#messages.notice('The connection is closed')
        else onEnd(error === undefined ? '' : errorText(error))
      })
  }

  async #showHistory (): Promise<void> {
    const { messages } = await this.#room.history({ limit: HISTORY })
    this.#messages.addEarlier(messages)
  }

  #showMembers (members: readonly Person[]): void {
    const { count } = this.#room
    this.#count.textContent = count === 1 ? '1 member' : `${count.toLocaleString('en')} members`
    this.#members.replaceChildren(...members.slice(0, MOST_NAMES).map(({ id, name }) => make('li', { title: id }, make('bdi', { text: name }))))
    if (count > MOST_NAMES) this.#members.append(make('li', { class: 'more', text: `and ${(count - MOST_NAMES).toLocaleString('en')} more` }))
  }

  #send (): void {
    const content = this.#input.value
    if (content.trim() === '') return
    this.#input.value = ''
    tell(this.#note, '')
    this.#room.typing(false)
    const settle = this.#messages.addOwn(content)
    this.#room.send({ content }).then(({ seq }) => settle('', seq), (error) => {
      settle(errorText(error))
      tell(this.#note, errorText(error))
    })
  }

  async #leave (): Promise<void> {
    try {
      await this.#room.leave()
    } catch (error) {
      tell(this.#note, errorText(error))
    }
  }
}
