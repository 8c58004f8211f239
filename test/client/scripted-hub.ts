import WebSocket from 'ws'
import { connect, type ConnectOptions, type Hub, type Room, type StateEvent } from '../../client/index.ts'
import type { Teardown } from '../helper.ts'
import { startScripted, type ScriptedPeer, type ScriptedService } from './scripted-service.ts'

/** A client and the service that a test plays for it. */
export interface ScriptedHub {
  readonly hub: Hub
  readonly service: ScriptedService
  /** The service's side of the first connection. */
  readonly peer: ScriptedPeer
  readonly states: StateEvent[]
}

/** Quick enough for tests. */
const QUICK: ConnectOptions = { WebSocket, token: 'a.b.c', backOff: { firstMs: 10, mostMs: 50 }, tickMs: 10 }

/** Connects to a scripted service; greeted unless the test does that itself. */
export async function startScriptedHub (t: Teardown, options: ConnectOptions = {}, greeting: object | null = {}): Promise<ScriptedHub> {
  const service = await startScripted(t)
  const hub = connect(service.url, { ...QUICK, ...options })
  t.teardown(() => hub.close())
  const states: StateEvent[] = []
  hub.on('state', (event) => { states.push(event) })
  const peer = await service.next()
  if (greeting !== null) {
    peer.greet(greeting)
    await hub.ready()
  }
  return { hub, service, peer, states }
}

/** Joins the room `general`, whose stream stands at that number. */
export async function joined ({ hub, peer }: Pick<ScriptedHub, 'hub' | 'peer'>, seq = 0): Promise<Room> {
  const joining = hub.join('general')
  await peer.admit('general', seq)
  return await joining
}
