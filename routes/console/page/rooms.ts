import { byId, chooseTab, make, moveByKeys, onSubmit, tell } from './dom.ts'
import { RoomView } from './room-view.ts'
import type { Session } from './session.ts'
import { errorText } from './words.ts'

interface Tab {
  readonly button: HTMLButtonElement
  readonly view: RoomView
}

/** The rooms that the console is in, each with a tab. */
export class Rooms {
  readonly #session: Session
  readonly #tabs = new Map<string, Tab>()
  readonly #list = byId('room-tabs', HTMLElement)
  readonly #places = byId('room-places', HTMLElement)
  #number = 0

  constructor (session: Session) {
    this.#session = session
    moveByKeys(this.#list)
    const name = byId('room-name', HTMLInputElement)
    onSubmit(byId('join-form', HTMLFormElement), () => {
      this.#join(name.value.trim(), true).catch(() => {})
      name.value = ''
    })
    session.hubs.on(() => { this.#rejoin() })
  }

  /** Rooms that have a tab. */
  get count (): number {
    return this.#tabs.size
  }

  async #join (name: string, isChosen: boolean): Promise<void> {
    const { hub } = this.#session
    const note = byId('join-note', HTMLElement)
    const known = this.#tabs.get(name)
    if (known !== undefined) return this.#choose(known)
    if (hub === undefined || hub.state === 'closed') return tell(note, 'Connect first.')
    try {
      const room = await hub.join(name)
      tell(note, '')
      // Left or joined twice in the meantime.
      if (hub === this.#session.hub && !this.#tabs.has(name)) this.#add(name, new RoomView(room, { onUnread: () => this.#unread(name), onEnd: (reason) => this.#remove(name, reason) }), isChosen)
    } catch (error) {
      tell(note, `${name}: ${errorText(error)}`)
    }
  }

  /** With another connection, perhaps as another user, the same rooms are entered again. */
  #rejoin (): void {
    const names = [...this.#tabs.keys()]
    for (const name of names) this.#remove(name)
    for (const name of names) this.#join(name, false).catch(() => {})
  }

  #add (name: string, view: RoomView, isChosen: boolean): void {
    this.#number += 1
    const id = `room-${this.#number}`
    const button = make('button', { type: 'button', role: 'tab', id: `${id}-tab`, 'aria-controls': id }, make('bdi', { text: name }), make('span', { class: 'badge' }))
    view.element.id = id
    view.element.setAttribute('aria-labelledby', button.id)
    const tab = { button, view }
    button.addEventListener('click', () => this.#choose(tab))
    this.#tabs.set(name, tab)
    this.#list.append(button)
    this.#places.append(view.element)
    if (isChosen || this.#tabs.size === 1) this.#choose(tab)
    else view.element.hidden = true
    this.#showEmpty()
    if (isChosen) view.focus()
  }

  #choose (chosen: Tab | undefined): void {
    chooseTab(this.#list, chosen?.button)
    for (const { view } of this.#tabs.values()) view.element.hidden = view !== chosen?.view
    chosen?.button.querySelector('.badge')?.replaceChildren()
    if (chosen !== undefined) chosen.view.unread = 0
  }

  #remove (name: string, reason = ''): void {
    const tab = this.#tabs.get(name)
    if (tab === undefined) return
    const hadFocus = tab.view.element.contains(document.activeElement)
    this.#tabs.delete(name)
    tab.button.remove()
    tab.view.element.remove()
    if (!tab.view.element.hidden) this.#choose([...this.#tabs.values()].at(-1))
    tell(byId('join-note', HTMLElement), reason === '' ? '' : `${name}: ${reason}`)
    this.#showEmpty()
    if (hadFocus) byId('room-name', HTMLInputElement).focus()
  }

  #unread (name: string): void {
    const tab = this.#tabs.get(name)
    if (tab === undefined || !tab.view.element.hidden) return
    tab.view.unread += 1
    const badge = tab.button.querySelector('.badge')
    badge?.replaceChildren(String(tab.view.unread), make('span', { class: 'off-screen', text: ' unread' }))
  }

  #showEmpty (): void {
    byId('no-rooms', HTMLElement).hidden = this.#tabs.size > 0
    this.#list.hidden = this.#tabs.size === 0
  }
}
