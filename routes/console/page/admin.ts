import { showAlertForm } from './alert-form.ts'
import { byId, tell } from './dom.ts'
import { DisconnectDialog } from './disconnect-dialog.ts'
import type { Rest } from './rest.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import { Overview, type Stats } from './overview.ts'
import { showRoomTable, showUserTable, type RoomsPage, type UsersPage } from './people.ts'

/** Between two looks at the service; nobody looks while the panel is not seen. */
const PERIOD_MS = 3_000

/** The panel of administrators, seen where the token's role is one of theirs or its owner says so. */
export class Admin {
  readonly #rest: Rest
  readonly #overview = new Overview()
  readonly #dialog: DisconnectDialog
  #isAdmin = false
  #isChosen = false
  #isAsking = false

  constructor (session: Session, rest: Rest, { admin_roles: adminRoles }: Settings) {
    this.#rest = rest
    this.#dialog = new DisconnectDialog(rest, () => this.#look())
    showAlertForm(rest)
    byId('try-admin', HTMLButtonElement).addEventListener('click', () => this.#unlock())
    session.states.on(({ state }) => {
      const { role } = session.hub?.welcome ?? {}
      if (state !== 'open' || role === undefined) return
      this.#isAdmin = adminRoles.includes(role)
      byId('admin-role', HTMLElement).textContent = role
      this.#show()
      this.#look()
    })
    document.addEventListener('visibilitychange', () => this.#look())
    setInterval(() => this.#look(), PERIOD_MS)
    this.#show()
  }

  /** The panel is looked at, or no longer. */
  choose (isChosen: boolean): void {
    this.#isChosen = isChosen
    this.#look()
  }

  /** A token may have the role among others than its first. */
  #unlock (): void {
    this.#isAdmin = true
    this.#show()
    this.#look()
  }

  #show (): void {
    byId('admin-locked', HTMLElement).hidden = this.#isAdmin
    byId('admin-open', HTMLElement).hidden = !this.#isAdmin
  }

  #look (): void {
    if (!this.#isAdmin || !this.#isChosen || this.#isAsking || document.visibilityState !== 'visible') return
    this.#isAsking = true
    this.#ask().then(() => tell(byId('admin-note', HTMLElement), ''), (error: unknown) => {
      tell(byId('admin-note', HTMLElement), error instanceof Error ? error.message : String(error))
    }).finally(() => { this.#isAsking = false })
  }

  async #ask (): Promise<void> {
    const [stats, users, rooms] = await Promise.all([
      this.#rest.ask<Stats>('GET', 'ws/stats'), this.#rest.ask<UsersPage>('GET', 'ws/users'), this.#rest.ask<RoomsPage>('GET', 'ws/rooms')
    ])
    this.#overview.show(stats)
    showUserTable(users, (user) => this.#dialog.open(user))
    showRoomTable(rooms)
  }
}
