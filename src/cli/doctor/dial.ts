import WebSocket from 'ws'
import { errorText } from '../error-text.ts'
import { answerOf, shown, type Answer } from './answer.ts'
import { Line } from './line.ts'

/** What a handshake is made of. */
export interface Handshake {
  readonly href: string
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly origin?: string | undefined
}

/** What came of a handshake. */
export type Dialed =
  | { readonly kind: 'open', readonly line: Line, readonly openedAt: number, readonly tookMs: number }
  | { readonly kind: 'refused', readonly answer: Answer }
  /** Neither a connection nor an answer that means one thing; `lostProtocol`: upgraded, but without a subprotocol. */
  | { readonly kind: 'broken', readonly text: string, readonly lostProtocol: boolean }

/** Makes a handshake. Resolves in any case, after the time-out (ms) at the latest; `onEnd` takes what breaks it off. */
export async function dial (handshake: Handshake, timeoutMs: number, onEnd: (end: () => void) => void): Promise<Dialed> {
  const startedAt = performance.now()
  try {
    const socket = open(handshake, timeoutMs)
    const line = new Line(socket, timeoutMs)
    onEnd(() => line.cut())
    return await new Promise((resolve) => {
      let lostProtocol = false
      socket.once('upgrade', ({ headers }) => { lostProtocol = handshake.protocols !== undefined && headers['sec-websocket-protocol'] === undefined })
      socket.once('open', () => resolve({ kind: 'open', line, openedAt: performance.now(), tookMs: performance.now() - startedAt }))
      socket.once('unexpected-response', (request, response) => {
        answerOf(response, timeoutMs).then((answer) => {
          request.destroy()
          resolve({ kind: 'refused', answer })
        })
      })
      socket.on('error', (error) => resolve({ kind: 'broken', text: shown(errorText(error)), lostProtocol }))
    })
  } catch (error) {
    // What cannot stand in a header, such as a token of odd characters.
    return { kind: 'broken', text: shown(errorText(error)), lostProtocol: false }
  }
}

function open ({ href, protocols = [], headers = {}, origin }: Handshake, timeoutMs: number): WebSocket {
  return new WebSocket(href, [...protocols], { handshakeTimeout: timeoutMs, perMessageDeflate: false, headers, ...(origin !== undefined && { origin }) })
}
