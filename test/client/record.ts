import type { Hub, HubError, Message, Recovery, State } from '../../client/index.ts'

/** A change of state as a test sees it. */
export interface SeenState {
  readonly state: State
  readonly reason: string
  readonly code?: number
  readonly retryInMs?: number
  /** Code of the error, where there is one. */
  readonly error?: string
  /** ms since the page or process began. */
  readonly atMs: number
}

/** A message as a test sees it. */
export interface Heard {
  readonly type: string
  readonly room?: string
  readonly seq?: number
  readonly id?: string
  readonly text: string
  readonly sender?: string
}

/** What came of a message that was said: a place in the stream, or the code of an error. */
export interface Outcome {
  readonly text: string
  readonly id?: string
  readonly seq?: number
  readonly error?: string
}

/** All that a hub has told so far. */
export interface Told {
  readonly states: SeenState[]
  readonly heard: Heard[]
  readonly recovered: Array<{ readonly topic: string, readonly recovered: boolean, readonly missed?: number, readonly error?: string }>
  readonly errors: string[]
  /** Frames of which no event tells enough, each with ms since the page or process began. */
  readonly frames: Array<{ readonly type: string, readonly payload: unknown, readonly atMs: number }>
}

/** Types of frames that are written down. */
const KEPT = new Set(['draining', 'token_refreshed', 'gap'])

/** Writes down what a hub tells; of the application's own message types those that are named. */
export function recordOf (hub: Hub, types: readonly string[]): Told {
  const told: Told = { states: [], heard: [], recovered: [], errors: [], frames: [] }
  hub.on('state', ({ state, reason, code, retryInMs, error }) => {
    told.states.push({ state, reason, atMs: performance.now(), ...(code !== undefined && { code }), ...(retryInMs !== undefined && { retryInMs }), ...(error !== undefined && { error: codeOf(error) }) })
  })
  hub.on('frame', ({ type, payload }) => { if (KEPT.has(type)) told.frames.push({ type, payload, atMs: performance.now() }) })
  hub.on('message', (message) => { told.heard.push(heard(message)) })
  hub.on('recovered', ({ error, ...recovery }: Recovery) => { told.recovered.push({ ...recovery, ...(error !== undefined && { error: error.code }) }) })
  hub.on('error', (error: HubError) => { told.errors.push(codeOf(error)) })
  for (const type of types) hub.on(type, (message) => { told.heard.push(heard(message)) })
  return told
}

export function heard ({ type, room, seq, id, payload, sender }: Message): Heard {
  const { content = JSON.stringify(payload) } = (payload ?? {}) as { content?: string }
  return { type, text: content, ...(room !== undefined && { room }), ...(seq !== undefined && { seq }), ...(id !== undefined && { id }), ...(sender !== undefined && { sender: sender.id }) }
}

/** The code of an error of the client; of any other its name and text. */
export function codeOf (error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : String(error)
}
