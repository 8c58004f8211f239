import { make } from './dom.ts'

/** Who is typing in a room. */
export class TypingLine {
  readonly element = make('p', { class: 'typing-line', 'aria-live': 'off' })
  readonly #names = new Map<string, string>()

  note (id: string, name: string, isTyping: boolean): void {
    if (isTyping) this.#names.set(id, name)
    else this.#names.delete(id)
    const names = [...this.#names.values()]
    const verb = names.length === 1 ? 'is' : 'are'
    this.element.textContent = names.length === 0 ? '' : `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''} ${verb} typing…`
  }
}
