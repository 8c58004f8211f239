import { byId, make } from './dom.ts'
import { isRecord, saidIn } from './entry.ts'
import type { Session } from './session.ts'

/** Alerts that stand on the page at a time. */
const MOST_ALERTS = 3

/** Shows alerts of the service, and broadcasts of users, until they are put away. */
export function showAlerts (session: Session): void {
  const place = byId('alerts', HTMLElement)
  session.hubs.on((hub) => {
    hub.on('system.alert', ({ payload }: { readonly payload: unknown }) => {
      if (isRecord(payload)) show(place, `Alert: ${String(payload['message'])}`, String(payload['priority']))
    })
    hub.on('message', ({ room, sender, payload }) => {
      if (room === undefined) show(place, `${sender?.name ?? 'The service'} to everybody: ${saidIn(payload)}`, 'normal')
    })
  })
}

function show (place: HTMLElement, text: string, priority: string): void {
  const button = make('button', { type: 'button', class: 'quiet', text: 'Put away' })
  const alert = make('div', { class: 'alert', 'data-priority': priority }, make('bdi', { text }), button)
  const close = (): void => {
    alert.remove()
    byId('workspace', HTMLElement).focus()
  }
  button.addEventListener('click', close)
  alert.addEventListener('keydown', ({ key }) => { if (key === 'Escape') close() })
  place.append(alert)
  while (place.childElementCount > MOST_ALERTS) place.firstElementChild?.remove()
}
