import { make } from './dom.ts'
import { summaryOf, type Direction, type Entry } from './entry.ts'
import { MOST_ENTRIES, type Log } from './log.ts'

const ARROWS: Readonly<Record<Direction, string>> = { in: '↓', out: '↑', local: '·' }
const WAYS: Readonly<Record<Direction, string>> = { in: 'received', out: 'sent', local: 'console' }
/** Characters of a summary; the whole frame is shown when its line is opened. */
const MOST_TEXT = 400
/** Nearer to the end than this the list follows what comes, px. */
const NEAR_PX = 40

interface Row {
  readonly entry: Entry
  readonly element: HTMLElement
}

/** The lines of the log. Whatever comes is drawn once for each picture of the screen. */
export class LogView {
  readonly #list: HTMLElement
  readonly #log: Log
  readonly #onDraw: () => void
  #rows: Row[] = []
  #pending: Entry[] = []
  #isScheduled = false
  #selected: Row | undefined
  isPaused = false

  constructor (list: HTMLElement, log: Log, onDraw: () => void) {
    this.#list = list
    this.#log = log
    this.#onDraw = onDraw
  }

  get shown (): number {
    return this.#rows.length
  }

  /** Entries that wait for the end of a pause. */
  get waiting (): number {
    return this.isPaused ? this.#pending.length : 0
  }

  get selected (): Entry | undefined {
    return this.#selected?.entry
  }

  add (entry: Entry): void {
    this.#pending.push(entry)
    // A page that is not looked at draws nothing: what it could not show anyway need not wait.
    if (this.#pending.length > 2 * MOST_ENTRIES) this.#pending = this.#pending.slice(-MOST_ENTRIES)
    this.schedule()
  }

  schedule (): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    requestAnimationFrame(() => {
      this.#isScheduled = false
      this.#draw()
    })
  }

  /** Draws everything anew, after the filter has changed or the log has been cleared. */
  refresh (): void {
    const { entries } = this.#log
    this.#pending = this.isPaused && entries.length > 0 ? this.#pending : []
    const held = this.#pending[0]?.number ?? Infinity
    this.#rows = []
    this.select(undefined)
    this.#list.replaceChildren()
    this.#append(entries.filter(({ number }) => number < held))
    this.#list.scrollTop = this.#list.scrollHeight
    this.#onDraw()
  }

  /** Selects the line of an element, or none. */
  selectElement (element: Element | null): void {
    this.select(this.#rows.find((row) => row.element === element))
  }

  /** Moves the selection by so many lines. */
  move (lines: number): void {
    const at = this.#selected === undefined ? this.#rows.length : this.#rows.indexOf(this.#selected)
    this.select(this.#rows[Math.max(0, Math.min(this.#rows.length - 1, at + lines))])
  }

  select (row: Row | undefined): void {
    this.#selected?.element.setAttribute('aria-selected', 'false')
    this.#selected = row
    row?.element.setAttribute('aria-selected', 'true')
    if (row === undefined) this.#list.removeAttribute('aria-activedescendant')
    else this.#list.setAttribute('aria-activedescendant', row.element.id)
    row?.element.scrollIntoView({ block: 'nearest' })
  }

  #draw (): void {
    if (!this.isPaused && this.#pending.length > 0) {
      const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR_PX
      this.#append(this.#pending.splice(0).slice(-MOST_ENTRIES))
      this.#trim()
      if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight
    }
    this.#onDraw()
  }

  #append (entries: readonly Entry[]): void {
    const rows = entries.filter((entry) => this.#log.matches(entry)).map((entry) => ({ entry, element: rowOf(entry) }))
    this.#rows.push(...rows)
    this.#list.append(...rows.map(({ element }) => element))
  }

  /** A line goes when its entry is kept no longer. */
  #trim (): void {
    const kept = this.#rows.findIndex(({ entry }) => entry.number >= this.#log.first)
    for (const row of this.#rows.splice(0, kept === -1 ? this.#rows.length : kept)) {
      if (row === this.#selected) this.select(undefined)
      row.element.remove()
    }
  }
}

function rowOf (entry: Entry): HTMLElement {
  const { number, at, direction, type, room, kind } = entry
  return make('div', { role: 'option', id: `entry-${number}`, class: 'entry', 'aria-selected': 'false', 'data-kind': kind, 'data-direction': direction },
    make('time', { text: timeText(at), datetime: at.toISOString() }),
    make('span', { class: 'arrow', text: ARROWS[direction], title: WAYS[direction] }),
    make('bdi', { class: 'type', text: type }),
    make('bdi', { class: 'place', text: room }),
    make('bdi', { class: 'summary', text: summaryOf(entry).slice(0, MOST_TEXT) }))
}

/** Local time with milliseconds. */
export function timeText (at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
