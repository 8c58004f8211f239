import type { Direction } from './entry.ts'
import { Signal } from './signal.ts'
import { tapped } from './tap.ts'
import { errorText } from './words.ts'
import { connect, type Hub, type StateEvent } from './wshub.ts'

/** The one connection of the console. */
export class Session {
  readonly states = new Signal<StateEvent>()
  /** A new hub: nothing of the former one goes on. */
  readonly hubs = new Signal<Hub>()
  readonly frames = new Signal<{ readonly direction: Direction, readonly text: string }>()
  /** What went wrong without anybody waiting for it. */
  readonly troubles = new Signal<string>()
  #hub: Hub | undefined

  get hub (): Hub | undefined {
    return this.#hub
  }

  /** Connects with whatever token there is at each attempt, as a guest without one. */
  connect (url: URL, token: () => string): void {
    this.disconnect()
    const hub = connect(url, {
      WebSocket: tapped((direction, text) => this.frames.emit({ direction, text })),
      ...(token() !== '' && { token })
    })
    this.#hub = hub
    hub.on('state', (event) => { if (hub === this.#hub) this.states.emit(event) })
    hub.on('error', (error) => { this.troubles.emit(errorText(error)) })
    this.hubs.emit(hub)
  }

  disconnect (): void {
    this.#hub?.close()
  }
}
