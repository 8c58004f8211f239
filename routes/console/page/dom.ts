/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** What an element is made with: its text, and attributes by name. Text stays text, whatever it holds. */
export interface Made {
  readonly text?: string
  readonly [attribute: string]: string | undefined
}

/** The element of the page with an id. Throws where there is none, or one of another kind. */
export function byId<T extends Element> (id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} named ${id}`)
  return element
}

/** A new element with text, attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap> (tag: K, { text, ...attributes }: Made = {}, ...children: readonly Node[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (text !== undefined) element.textContent = text
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Calls back when a form is sent off; nothing leaves the page. */
export function onSubmit (form: HTMLFormElement, submit: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
}

/** Shows a text in an element that is hidden while it has none. */
export function tell (element: HTMLElement, text: string, kind: 'error' | 'done' = 'error'): void {
  element.textContent = text
  element.hidden = text === ''
  element.dataset['kind'] = kind
}

/** Lets arrow keys, Home and End move between the tabs of a list, which select by click. */
export function moveByKeys (list: HTMLElement): void {
  list.addEventListener('keydown', (event) => {
    const tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')].filter(({ hidden }) => !hidden)
    const at = tabs.findIndex((tab) => tab === document.activeElement)
    const places: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }
    const place = places[event.key]
    if (place === undefined || at === -1) return
    event.preventDefault()
    const next = tabs.at(place % tabs.length)
    next?.focus()
    next?.click()
  })
}

/** Marks a tab as the chosen one of its list, and as the one that Tab reaches. */
export function chooseTab (list: HTMLElement, chosen: HTMLElement | undefined): void {
  for (const tab of list.querySelectorAll<HTMLElement>('[role=tab]')) {
    tab.setAttribute('aria-selected', String(tab === chosen))
    tab.tabIndex = tab === chosen ? 0 : -1
  }
}
