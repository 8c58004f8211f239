import { Chart } from './chart.ts'
import { byId, make } from './dom.ts'
import { fillTable } from './table.ts'

/** What `GET /ws/stats` answers. */
export interface Stats {
  readonly total_clients: number
  readonly online_users: number
  readonly total_rooms: number
  readonly nodes: ReadonlyArray<{ readonly id: string, readonly clients: number, readonly rooms: number, readonly uptime_s: number }>
  readonly messages: { readonly in: number, readonly out: number }
  readonly missing_nodes?: readonly string[]
}

const SECOND_MS = 1_000
const MINUTE_S = 60
const HOUR_S = 3_600

/** Figures of the whole service, now and over the last minutes. */
export class Overview {
  readonly #connections = new Chart(byId('chart-connections', SVGElement), 'Connections')
  readonly #messages = new Chart(byId('chart-messages', SVGElement), 'Messages a second')
  #last: { readonly at: number, readonly count: number } | undefined

  show ({ total_clients: clients, online_users: users, total_rooms: rooms, nodes, messages, missing_nodes: missing = [] }: Stats): void {
    const rate = this.#rateOf(messages.in + messages.out)
    write('stat-clients', clients)
    write('stat-users', users)
    write('stat-rooms', rooms)
    write('stat-rate', Math.round(rate * 10) / 10)
    this.#connections.add(clients)
    this.#messages.add(rate)
    fillTable(byId('nodes', HTMLElement), nodes, {
      keyOf: ({ id }) => id,
      make: () => make('tr', {}, make('td', {}), make('td', {}), make('td', {}), make('td', {})),
      update: (row, { id, clients, rooms, uptime_s: uptimeS }) => {
        const texts = [shortId(id), clients.toLocaleString('en'), rooms.toLocaleString('en'), ageText(uptimeS)]
        texts.forEach((text, place) => setText(row.children[place], text))
        row.title = id
      }
    })
    const note = byId('missing-nodes', HTMLElement)
    note.hidden = missing.length === 0
    note.textContent = `No answer from: ${missing.join(', ')}`
  }

  /** Messages a second since the last look; numbers that fall are those of a node that began anew. */
  #rateOf (count: number): number {
    const at = performance.now()
    const { at: before, count: counted } = this.#last ?? { at: at - SECOND_MS, count }
    this.#last = { at, count }
    return Math.max(0, count - counted) / ((at - before) / SECOND_MS)
  }
}

/** Enough of a node's id to tell it from the others. */
function shortId (id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id
}

/** Writes a text where it is another one; what is selected stays so. */
export function setText (element: Element | undefined | null, text: string): void {
  if (element !== undefined && element !== null && element.textContent !== text) element.textContent = text
}

function write (id: string, value: number): void {
  setText(byId(id, HTMLElement), value.toLocaleString('en'))
}

function ageText (seconds: number): string {
  if (seconds < MINUTE_S) return `${Math.floor(seconds)} s`
  return seconds < HOUR_S ? `${Math.floor(seconds / MINUTE_S)} min` : `${Math.floor(seconds / HOUR_S)} h ${Math.floor(seconds % HOUR_S / MINUTE_S)} min`
}
