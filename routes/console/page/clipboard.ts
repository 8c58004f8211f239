import { make } from './dom.ts'

/** Puts a text on the clipboard; false where the browser does not allow it. */
export async function copyText (text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** Pages without TLS have no clipboard of their own: what is selected can be copied all the same. */
function copyBySelection (text: string): boolean {
  const before = document.activeElement
  const field = make('textarea', { class: 'off-screen', 'aria-hidden': 'true' })
  field.value = text
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus()
  return done
}
