import { byId, onSubmit, tell } from './dom.ts'
import type { Rest } from './rest.ts'

const GROUPS = ['users', 'roles', 'rooms'] as const

/** The form of administrators for an alert to everybody, or to users, roles and rooms. */
export function showAlertForm (rest: Rest): void {
  const text = byId('alert-text', HTMLInputElement)
  const note = byId('alert-note', HTMLElement)
  onSubmit(byId('alert-form', HTMLFormElement), () => {
    if (text.value.trim() === '') return tell(note, 'Write a message first.')
    const target = targetOf()
    const body = { message: text.value, priority: byId('alert-priority', HTMLSelectElement).value, ...(Object.keys(target).length > 0 && { target }) }
    rest.ask<{ recipients: number }>('POST', 'ws/broadcast', body).then(({ recipients }) => {
      text.value = ''
      tell(note, `Sent to ${recipients.toLocaleString('en')} ${recipients === 1 ? 'connection' : 'connections'}.`, 'done')
    }, (error: unknown) => tell(note, error instanceof Error ? error.message : String(error)))
  })
}

/** Names between commas; without any the alert is for everybody. */
function targetOf (): Record<string, string[]> {
  const named = GROUPS.map((group) => [group, byId(`alert-${group}`, HTMLInputElement).value.split(',').map((name) => name.trim()).filter((name) => name !== '')] as const)
  return Object.fromEntries(named.filter(([, names]) => names.length > 0).map(([group, names]) => [group, [...names]]))
}
