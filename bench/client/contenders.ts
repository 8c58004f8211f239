import { join } from 'node:path'
import { projectRoot } from '../../examples/replay/project-root.ts'

/** What is compared in a page, ours first, `wshub-binary` being its binary form; `WebSocket` is the browser's own with a handler map, the least that has to be done. */
export const contenderNames = ['wshub', 'wshub-binary', 'WebSocket', 'socket.io-client'] as const

/** Name of a contender. */
export type ContenderName = typeof contenderNames[number]

/** A way to receive and send messages in a page. */
export interface Contender {
  readonly name: ContenderName
  /** The module whose `open` connects it. */
  readonly wirePath: string
  /** Argument of Node that starts the server for it. */
  readonly firehosePath: string
}

const COMPILED = join(projectRoot, 'dist', 'bench', 'client')
const PEERS = join(projectRoot, 'bench', 'peers')
const FIREHOSE = join(COMPILED, 'firehose-main.js')

/** All contenders by name. */
export const contenders: Readonly<Record<ContenderName, Contender>> = {
  wshub: { name: 'wshub', wirePath: join(COMPILED, 'page', 'wshub-wire.js'), firehosePath: FIREHOSE },
  'wshub-binary': { name: 'wshub-binary', wirePath: join(COMPILED, 'page', 'wshub-binary-wire.js'), firehosePath: FIREHOSE },
  WebSocket: { name: 'WebSocket', wirePath: join(COMPILED, 'page', 'raw-wire.js'), firehosePath: FIREHOSE },
  'socket.io-client': { name: 'socket.io-client', wirePath: join(PEERS, 'socket-io-wire.js'), firehosePath: join(PEERS, 'socket-io-firehose.js') }
}
