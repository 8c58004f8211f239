import { join } from 'node:path'
import { projectRoot } from '../examples/replay/project-root.ts'
import type { WireName } from './load/wire.ts'

/** A hub to measure, run as a process of its own. */
export interface HubSpec {
  readonly name: HubName
  /** Arguments of Node. */
  readonly args: readonly string[]
  /** Settings; the shell's own are not handed on. */
  readonly env: Readonly<Record<string, string>>
  readonly wire: WireName
  /** Signs the tokens of those who connect; without one it lets everybody in. */
  readonly secret?: string
}

/** The hubs, ours first. */
export const hubNames = ['wshub', 'ws', 'socket.io', 'fastify'] as const

/** Name of a hub. */
export type HubName = typeof hubNames[number]

const SECRET = 'only known to the benchmark, 32 bytes and more'

/** How each hub is started: wshub as it is, but without limits on how often one may connect and speak. */
export const hubs: Readonly<Record<HubName, HubSpec>> = {
  wshub: {
    name: 'wshub',
    args: [join(projectRoot, 'dist', 'src', 'cli.js'), 'start'],
    env: { HOST: '127.0.0.1', PORT: '0', JWT_SECRET: SECRET, WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' },
    wire: 'hub',
    secret: SECRET
  },
  ws: peer('ws', 'hub'),
  'socket.io': peer('socket.io', 'socket.io'),
  fastify: peer('fastify', 'hub')
}

function peer (name: HubName, wire: WireName): HubSpec {
  const script = `${name.replace('.', '-')}-hub.js`
  return { name, args: [join(projectRoot, 'bench', 'peers', script)], env: {}, wire }
}
