import { Admin } from './admin.ts'
import { showAlerts } from './alerts.ts'
import { showConnection, tokenNow } from './connection.ts'
import { byId, chooseTab, moveByKeys } from './dom.ts'
import { showLog } from './log-panel.ts'
import { showRaw } from './raw.ts'
import { Rest } from './rest.ts'
import { Rooms } from './rooms.ts'
import { Session } from './session.ts'
import { loadSettings } from './settings.ts'
import { showStatus } from './status.ts'
import { showTheme } from './theme.ts'

const VIEWS = ['rooms', 'raw', 'admin'] as const

showTheme()
const settings = await loadSettings()
const session = new Session()
const rest = new Rest(tokenNow)

showStatus(session)
showLog(session)
showConnection(session, rest, settings)
showAlerts(session)
showRaw(session)
const rooms = new Rooms(session)
const admin = new Admin(session, rest, settings)
showViews((view) => { admin.choose(view === 'admin') })
document.documentElement.dataset['ready'] = String(rooms.count === 0)

/** The tabs of the workspace. */
function showViews (onChoice: (view: string) => void): void {
  const list = byId('views', HTMLElement)
  moveByKeys(list)
  for (const view of VIEWS) {
    const tab = byId(`view-${view}-tab`, HTMLButtonElement)
    tab.addEventListener('click', () => {
      chooseTab(list, tab)
      for (const other of VIEWS) byId(`view-${other}`, HTMLElement).hidden = other !== view
      onChoice(view)
    })
  }
}
