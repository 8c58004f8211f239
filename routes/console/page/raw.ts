import { byId, onSubmit, tell } from './dom.ts'
import type { Session } from './session.ts'
import { errorText } from './words.ts'

/** The sender of frames of any type, and of broadcasts. */
export function showRaw (session: Session): void {
  const form = byId('raw-form', HTMLFormElement)
  const answer = byId('raw-answer', HTMLElement)
  const payload = byId('raw-payload', HTMLTextAreaElement)
  onSubmit(form, () => {
    tell(answer, '')
    send(session).then((text) => tell(answer, text, 'done'), (error) => tell(answer, errorText(error)))
  })
  payload.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    form.requestSubmit()
  })
  showBroadcast(session)
}

async function send ({ hub }: Session): Promise<string> {
  const type = byId('raw-type', HTMLInputElement).value.trim()
  const room = byId('raw-room', HTMLInputElement).value.trim()
  if (type === '') throw new Error('Type: a frame needs one.')
  const payload = parsed(byId('raw-payload', HTMLTextAreaElement).value)
  if (hub === undefined || hub.state !== 'open') throw new Error('Connect first.')
  const answer = await hub.request(type, payload, { ...(room !== '' && { room }) })
  return `Answered: ${JSON.stringify(answer, null, 2)}`
}

function parsed (text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`Payload: expected JSON, ${error instanceof Error ? error.message : ''}`)
  }
}

function showBroadcast (session: Session): void {
  const text = byId('everybody-text', HTMLInputElement)
  const note = byId('everybody-note', HTMLElement)
  onSubmit(byId('everybody-form', HTMLFormElement), () => {
    const { hub } = session
    if (hub === undefined || hub.state !== 'open') return tell(note, 'Connect first.')
    hub.broadcast({ content: text.value }).then(() => {
      text.value = ''
      tell(note, 'Sent to everybody.', 'done')
    }, (error) => tell(note, errorText(error)))
  })
}
