import { byId, make, onSubmit, tell } from './dom.ts'
import type { Rest } from './rest.ts'
import type { Session } from './session.ts'
import { socketAddress, type Settings } from './settings.ts'
import { keepToken, keptToken } from './storage.ts'
import type { Hub, Welcome } from './wshub.ts'

/** The dialect that the client library speaks. */
const SPOKEN = 'hub.v1'

/** The token as it stands in its field now. */
export function tokenNow (): string {
  return byId('token', HTMLInputElement).value.trim()
}

/** The panel with token, address, dialect and the buttons that connect and disconnect. */
export function showConnection (session: Session, rest: Rest, settings: Settings): void {
  const url = socketAddress(settings)
  byId('url', HTMLElement).textContent = url.href
  showDialects(settings)
  showKeeping()
  showReveal()
  if (settings.tokens) showReadyTokens(rest, settings)

  const connect = byId('connect', HTMLButtonElement)
  const disconnect = byId('disconnect', HTMLButtonElement)
  onSubmit(byId('connection-form', HTMLFormElement), () => session.connect(url, tokenNow))
  disconnect.addEventListener('click', () => {
    session.disconnect()
    connect.focus()
  })
  session.states.on(({ state }) => {
    const isActive = state !== 'closed'
    disconnect.disabled = !isActive
    connect.textContent = isActive ? 'Reconnect' : 'Connect'
    if (state === 'open') makeRoom()
    showFacts(state === 'open' ? session.hub : undefined)
  })
}

/** On a phone the panel folds up once it has done its work. */
function makeRoom (): void {
  if (!matchMedia('(max-width: 49.99rem)').matches) return
  const panel = byId('connection-details', HTMLDetailsElement)
  if (panel.contains(document.activeElement)) panel.querySelector('summary')?.focus()
  panel.open = false
}

/** Only what the service speaks and this page understands can be chosen. */
function showDialects ({ dialects }: Settings): void {
  const select = byId('dialect', HTMLSelectElement)
  for (const name of dialects) {
    const option = make('option', { value: name, text: name === SPOKEN ? name : `${name} (not spoken by this page)` })
    option.disabled = name !== SPOKEN
    select.append(option)
  }
  select.value = SPOKEN
}

function showKeeping (): void {
  const field = byId('token', HTMLInputElement)
  const keep = byId('keep', HTMLInputElement)
  field.value = keptToken()
  keep.checked = field.value !== ''
  const store = (): void => keepToken(keep.checked ? tokenNow() : undefined)
  keep.addEventListener('change', store)
  field.addEventListener('input', store)
}

function showReveal (): void {
  const field = byId('token', HTMLInputElement)
  const button = byId('reveal', HTMLButtonElement)
  button.addEventListener('click', () => {
    const isHidden = field.type === 'password'
    field.type = isHidden ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(isHidden))
  })
}

function showReadyTokens (rest: Rest, { admin_roles: [adminRole] }: Settings): void {
  const note = byId('token-note', HTMLElement)
  const field = byId('token', HTMLInputElement)
  const get = async (fallback: string, role?: string): Promise<void> => {
    const name = byId('token-user', HTMLInputElement).value.trim() || fallback
    try {
      const { token } = await rest.ask<{ token: string }>('POST', 'console/token', { sub: name, name, role })
      field.value = token
      field.dispatchEvent(new Event('input'))
      tell(note, `A token of ${name}${role === undefined ? '' : `, ${role}`}, valid for a day.`, 'done')
    } catch (error) {
      tell(note, error instanceof Error ? error.message : String(error))
    }
  }
  byId('ready-tokens', HTMLElement).hidden = false
  byId('user-token', HTMLButtonElement).addEventListener('click', () => { get('ada').catch(() => {}) })
  byId('admin-token', HTMLButtonElement).addEventListener('click', () => { get('root', adminRole).catch(() => {}) })
}

/** What the service said of the connection. */
function showFacts (hub: Hub | undefined): void {
  const list = byId('facts', HTMLElement)
  const facts = hub?.welcome === undefined ? {} : factsOf(hub.welcome)
  list.hidden = hub === undefined
  list.replaceChildren(...Object.entries(facts).flatMap(([name, value]) => [make('dt', { text: name }), make('dd', { text: value })]))
}

function factsOf ({ user_id: user, role, client_id: client, node_id: node, online_count: online, max_message_size: size }: Welcome): Record<string, string> {
  return { User: user, Role: role, Connection: client, Node: node, Online: `${online} when it began`, 'Largest frame': `${size.toLocaleString('en')} bytes` }
}
