import { byId } from './dom.ts'
import { keepTheme, keptTheme } from './storage.ts'

const THEMES = ['system', 'light', 'dark'] as const
type Theme = typeof THEMES[number]

/** The button that goes through the themes. */
export function showTheme (): void {
  const button = byId('theme', HTMLButtonElement)
  let theme: Theme = THEMES.find((name) => name === keptTheme()) ?? 'system'
  const show = (): void => {
    document.documentElement.dataset['theme'] = theme
    button.textContent = `Theme: ${theme}`
  }
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    keepTheme(theme)
    show()
  })
  show()
}
