import { make } from './dom.ts'
import { saidIn } from './entry.ts'
import type { Message } from './wshub.ts'

/** Messages that a room shows; older ones go. */
const MOST_MESSAGES = 300
const NEAR_PX = 60

/** What was said in a room. Drawn once for each picture of the screen. */
export class MessageList {
  readonly element = make('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', tabindex: '0' })
  /** Numbers of what is shown, until the past is there, too: only then something can come twice. */
  #seen: Set<number> | undefined = new Set()
  #pending: HTMLElement[] = []

  add (message: Message): void {
    if (this.#isNew(message.seq)) this.#push(bubbleOf(message))
  }

  /** Adds what was said before, above all else. */
  addEarlier (messages: readonly Message[]): void {
    this.element.prepend(...messages.filter(({ seq }) => this.#isNew(seq)).map((message) => bubbleOf(message)))
    this.element.scrollTop = this.element.scrollHeight
    this.#seen = undefined
  }

  /** Adds what the user says; what it gives back tells what came of it. */
  addOwn (content: string): (problem: string, seq?: number) => void {
    const bubble = bubbleOf({ sender: { id: '', name: 'You' }, payload: { content }, timestamp: new Date().toISOString() })
    bubble.classList.add('own', 'pending')
    this.#push(bubble)
    return (problem, seq) => {
      bubble.classList.remove('pending')
      this.#isNew(seq)
      if (problem !== '') bubble.append(make('span', { class: 'problem', text: `not sent: ${problem}` }))
    }
  }

  /** Says what happened in the room. */
  notice (text: string): void {
    this.#push(make('p', { class: 'notice' }, make('bdi', { text })))
  }

  #isNew (seq: number | undefined): boolean {
    if (seq === undefined || this.#seen === undefined) return true
    const isNew = !this.#seen.has(seq)
    this.#seen.add(seq)
    return isNew
  }

  #push (element: HTMLElement): void {
    if (this.#pending.length === 0) requestAnimationFrame(() => this.#draw())
    this.#pending.push(element)
    if (this.#pending.length > 2 * MOST_MESSAGES) this.#pending = this.#pending.slice(-MOST_MESSAGES)
  }

  #draw (): void {
    const { element } = this
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX
    element.append(...this.#pending.splice(0).slice(-MOST_MESSAGES))
    while (element.childElementCount > MOST_MESSAGES) element.firstElementChild?.remove()
    if (isAtEnd) element.scrollTop = element.scrollHeight
  }
}

function bubbleOf ({ sender, payload, timestamp }: Pick<Message, 'sender' | 'payload' | 'timestamp'>): HTMLElement {
  const at = new Date(timestamp)
  return make('div', { class: 'bubble' },
    make('span', { class: 'who' }, make('bdi', { text: sender?.name ?? 'the service' })),
    make('time', { datetime: timestamp, text: at.toLocaleTimeString('en-GB') }),
    make('bdi', { class: 'said', text: saidIn(payload) }))
}
