import { join } from 'node:path'
import { projectRoot } from '../examples/replay/project-root.ts'
import type { WireName } from './load/wire.ts'

/** A hub to measure, run as processes of its own. */
export interface HubSpec {
  readonly name: HubName
  /** Arguments of Node. */
  readonly args: readonly string[]
  /** Settings; the shell's own are not handed on. */
  readonly env: Readonly<Record<string, string>>
  readonly wire: WireName
  /** Signs the tokens of those who connect; without one it lets everybody in. */
  readonly secret?: string
  /** How many of it run; several are told of a Redis between them by `REDIS_URL`. */
  readonly nodes: number
}

const peerNames = ['ws', 'socket.io', 'socket.io+redis', 'fastify'] as const

/**
 * The hubs in the order they are measured, ours first: `no-history` is wshub that keeps no messages, `mixed` and `binary` wshub with members
 * who speak all its dialects in turn, or the binary one. Those `+redis` are two nodes and a Redis between them.
 */
export const hubNames = ['wshub', 'no-history', 'mixed', 'binary', 'wshub+redis', 'no-history+redis', ...peerNames] as const

/** Name of a hub. */
export type HubName = typeof hubNames[number]

const SECRET = 'only known to the benchmark, 32 bytes and more'
const SEVERAL_NODES = 2
const NO_HISTORY = { WS_HISTORY_SIZE: '0' }

/** How each hub is started: wshub as it is, but without limits on how often one may connect and speak. */
export const hubs: Readonly<Record<HubName, HubSpec>> = {
  wshub: ours('wshub', 1),
  'wshub+redis': ours('wshub+redis', SEVERAL_NODES),
  'no-history': ours('no-history', 1, NO_HISTORY),
  'no-history+redis': ours('no-history+redis', SEVERAL_NODES, NO_HISTORY),
  mixed: { ...ours('mixed', 1), wire: 'mixed' },
  binary: { ...ours('binary', 1), wire: 'protobuf' },
  ws: peer('ws', 'ws-hub.js', 'hub'),
  'socket.io': peer('socket.io', 'socket-io-hub.js', 'socket.io'),
  'socket.io+redis': { ...peer('socket.io+redis', 'socket-io-hub.js', 'socket.io'), nodes: SEVERAL_NODES },
  fastify: peer('fastify', 'fastify-hub.js', 'hub')
}

/** Whether a hub is one to compare with, which has to be installed. */
export function isPeer (name: HubName): boolean {
  return peerNames.some((peer) => peer === name)
}

function ours (name: HubName, nodes: number, settings: HubSpec['env'] = {}): HubSpec {
  return {
    name,
    args: [join(projectRoot, 'dist', 'src', 'cli.js'), 'start'],
    env: { HOST: '127.0.0.1', PORT: '0', JWT_SECRET: SECRET, WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0', ...settings },
    wire: 'hub',
    secret: SECRET,
    nodes
  }
}

function peer (name: HubName, script: string, wire: WireName): HubSpec {
  return { name, args: [join(projectRoot, 'bench', 'peers', script)], env: {}, wire, nodes: 1 }
}
