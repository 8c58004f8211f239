const TOKEN = 'wshub.token'
const THEME = 'wshub.theme'

/** The token that this tab was asked to keep; nothing else ever stores one. */
export function keptToken (): string {
  return sessionStorage.getItem(TOKEN) ?? ''
}

/** Keeps the token for this tab, or forgets it. */
export function keepToken (token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(TOKEN)
  else sessionStorage.setItem(TOKEN, token)
}

export function keptTheme (): string | undefined {
  return localStorage.getItem(THEME) ?? undefined
}

export function keepTheme (theme: string): void {
  localStorage.setItem(THEME, theme)
}
