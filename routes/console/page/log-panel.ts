import { copyText } from './clipboard.ts'
import { byId, make } from './dom.ts'
import { entryOf, lineOf, noteOf, type Entry } from './entry.ts'
import { Log } from './log.ts'
import { LogView } from './log-view.ts'
import type { Session } from './session.ts'

const PAGE_LINES = 10
const MOVES: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE_LINES, PageDown: PAGE_LINES, Home: -Infinity, End: Infinity }

/** The log of all that goes over the wire: filter, counters, pause, copy, clear. */
export function showLog (session: Session): void {
  const log = new Log()
  const view = new LogView(byId('entries', HTMLElement), log, () => showCounts(log, view))
  let last = 0
  const next = (): number => {
    last += 1
    return last
  }
  const take = (entry: Entry): void => {
    log.add(entry)
    addType(entry.type)
    view.add(entry)
  }
  session.frames.on(({ direction, text }) => take(entryOf(next(), direction, text)))
  session.states.on(({ state, reason }) => { if (state !== 'connecting') take(noteOf(next(), 'state', reason)) })
  session.troubles.on((text) => take(noteOf(next(), 'error', text)))
  showFilter(log, view)
  showButtons(log, view)
  showDetail(view)
  view.schedule()
}

function showCounts (log: Log, view: LogView): void {
  byId('received', HTMLElement).textContent = log.received.toLocaleString('en')
  byId('sent', HTMLElement).textContent = log.sent.toLocaleString('en')
  byId('shown', HTMLElement).textContent = view.shown.toLocaleString('en')
  byId('waiting', HTMLElement).textContent = view.waiting === 0 ? '' : `${view.waiting.toLocaleString('en')} new`
  byId('no-entries', HTMLElement).hidden = view.shown > 0
}

const seenTypes = new Set<string>()
/** Types that may be chosen from; anybody can make types up. */
const MOST_TYPES = 100

function addType (type: string): void {
  if (seenTypes.has(type) || seenTypes.size >= MOST_TYPES) return
  seenTypes.add(type)
  const select = byId('filter-type', HTMLSelectElement)
  const after = [...select.options].find(({ value }) => value > type)
  select.insertBefore(make('option', { value: type, text: type }), after ?? null)
}

function showFilter (log: Log, view: LogView): void {
  const text = byId('filter-text', HTMLInputElement)
  const type = byId('filter-type', HTMLSelectElement)
  const apply = (): void => {
    log.filter = { text: text.value.trim().toLowerCase(), type: type.value }
    view.refresh()
  }
  text.addEventListener('input', apply)
  type.addEventListener('change', apply)
  text.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    text.value = ''
    apply()
  })
}

function showButtons (log: Log, view: LogView): void {
  const pause = byId('pause', HTMLButtonElement)
  pause.addEventListener('click', () => {
    view.isPaused = !view.isPaused
    pause.setAttribute('aria-pressed', String(view.isPaused))
    pause.textContent = view.isPaused ? 'Go on' : 'Pause'
    view.schedule()
  })
  byId('clear', HTMLButtonElement).addEventListener('click', () => {
    log.clear()
    view.refresh()
  })
  const copy = byId('copy-all', HTMLButtonElement)
  copy.addEventListener('click', () => { sayCopied(copy, log.entries.filter((entry) => log.matches(entry)).map(lineOf).join('\n')) })
}

/** The frame of the selected line in full. */
function showDetail (view: LogView): void {
  const list = byId('entries', HTMLElement)
  const pane = byId('detail', HTMLElement)
  const close = (): void => {
    pane.hidden = true
    list.focus()
  }
  const open = (): void => {
    const { selected } = view
    if (selected === undefined) return
    byId('detail-text', HTMLElement).textContent = selected.direction === 'local' ? selected.text : indented(selected.text)
    pane.hidden = false
  }
  list.addEventListener('click', ({ target }) => {
    view.selectElement(target instanceof Element ? target.closest('.entry') : null)
    open()
  })
  list.addEventListener('keydown', (event) => {
    const lines = MOVES[event.key]
    if (lines !== undefined) view.move(lines)
    else if (event.key === 'Enter') open()
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    if (lines !== undefined && !pane.hidden) open()
  })
  pane.addEventListener('keydown', ({ key }) => { if (key === 'Escape') close() })
  byId('detail-close', HTMLButtonElement).addEventListener('click', close)
  const copy = byId('copy-one', HTMLButtonElement)
  copy.addEventListener('click', () => { sayCopied(copy, view.selected === undefined ? '' : lineOf(view.selected)) })
}

function indented (text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const SAID_MS = 1_500

function sayCopied (button: HTMLButtonElement, text: string): void {
  const label = button.dataset['label'] ?? button.textContent ?? ''
  button.dataset['label'] = label
  copyText(text).then((done) => {
    button.textContent = done ? 'Copied' : 'Not allowed'
    setTimeout(() => { button.textContent = label }, SAID_MS)
  }, () => {})
}
