import { byId } from './dom.ts'
import type { Session } from './session.ts'
import { closeText, errorText } from './words.ts'
import type { StateEvent, Welcome } from './wshub.ts'

const SECOND_MS = 1_000

/** The state light: colour, words, and the time until the next attempt. */
export function showStatus (session: Session): void {
  const place = byId('state', HTMLElement)
  const text = byId('state-text', HTMLElement)
  const countdown = byId('countdown', HTMLElement)
  let nextAt = 0
  const count = (): void => {
    const seconds = Math.max(0, Math.ceil((nextAt - Date.now()) / SECOND_MS))
    countdown.textContent = nextAt === 0 ? '' : `next attempt in ${seconds} s`
  }
  setInterval(count, SECOND_MS / 4)
  session.states.on((event) => {
    place.dataset['state'] = event.state
    text.textContent = wordsOf(event, session.hub?.welcome)
    text.title = event.reason
    nextAt = event.retryInMs === undefined ? 0 : Date.now() + event.retryInMs
    count()
  })
}

function wordsOf (event: StateEvent, welcome: Welcome | undefined): string {
  const { state, code } = event
  if (state === 'connecting') return 'Connecting…'
  if (state === 'open') return `Connected as ${welcome?.name ?? 'a guest'}`
  const why = code === undefined ? errorText(event.error ?? event.reason) : `${closeText(code)} (${code})`
  if (state === 'waiting') return `Waiting: ${why}`
  return event.reason === 'Client disconnecting' ? 'Disconnected' : `Disconnected: ${why}`
}
