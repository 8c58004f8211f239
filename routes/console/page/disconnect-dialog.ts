import { byId, onSubmit, tell } from './dom.ts'
import type { Rest } from './rest.ts'
import type { Person } from './wshub.ts'

/** Asks for reason and ban before a user is disconnected. */
export class DisconnectDialog {
  readonly #dialog = byId('disconnect-dialog', HTMLDialogElement)
  readonly #rest: Rest
  readonly #onDone: () => void
  #user: Person | undefined

  constructor (rest: Rest, onDone: () => void) {
    this.#rest = rest
    this.#onDone = onDone
    byId('disconnect-cancel', HTMLButtonElement).addEventListener('click', () => this.#dialog.close())
    onSubmit(byId('disconnect-form', HTMLFormElement), () => { this.#send().catch(() => {}) })
  }

  open (user: Person): void {
    this.#user = user
    byId('disconnect-name', HTMLElement).textContent = user.name === user.id ? user.id : `${user.name} (${user.id})`
    tell(byId('disconnect-note', HTMLElement), '')
    this.#dialog.showModal()
  }

  async #send (): Promise<void> {
    const reason = byId('disconnect-reason', HTMLInputElement).value.trim()
    const banForS = Number(byId('disconnect-ban', HTMLSelectElement).value)
    try {
      const { closed } = await this.#rest.ask<{ closed: number }>('POST', `ws/users/${encodeURIComponent(this.#user?.id ?? '')}/disconnect`, {
        ...(reason !== '' && { reason }), ...(banForS > 0 && { ban_for_s: banForS })
      })
      this.#dialog.close()
      tell(byId('users-note', HTMLElement), `Closed ${closed} ${closed === 1 ? 'connection' : 'connections'} of ${this.#user?.id ?? ''}.`, 'done')
      this.#onDone()
    } catch (error) {
      tell(byId('disconnect-note', HTMLElement), error instanceof Error ? error.message : String(error))
    }
  }
}
