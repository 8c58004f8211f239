import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readNodes } from '../cluster/options.ts'
import { projectRoot } from './project-root.ts'

/** What the command line asks for. */
export interface DemoOptions {
  readonly files: readonly string[]
  readonly room: string
  /** A running service to use instead of an own one. */
  readonly url: string | undefined
  /** The secret of the service at `url`. */
  readonly secret: string
  /** How many own services, joined by Redis; undefined: one alone. */
  readonly nodes: number | undefined
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Replays recorded chat days through the service and checks every delivery.

  npm run demo -- [--file PATH ...] [--room NAME] [--nodes N | --url URL --secret SECRET]

  --file PATH ...   chat logs to replay, one after the other (default: the sample that comes along)
  --room NAME       the room to replay them in (default: general)
  --nodes N         spread the people over N own services, joined by Redis (redis-server must be installed), and check on each
                    who is in the room
  --url URL         use a running service (start it with WS_MESSAGE_RATE=0 WS_HANDSHAKE_RATE=0) instead of an own one
  --secret SECRET   that service's JWT_SECRET (default: the variable JWT_SECRET)
`

const SAMPLE = join(projectRoot, 'examples', 'replay', 'sample', '2012-06-02.txt')

/** Reads the command line; throws a readable error for a wrong one. Paths may follow one `--file`, as a shell's `*` makes them. */
export function readOptions (args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true, default: [] },
      room: { type: 'string', default: 'general' },
      url: { type: 'string' },
      secret: { type: 'string' },
      nodes: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  const files = [...values.file, ...positionals]
  const secret = values.secret ?? env.JWT_SECRET ?? ''
  if (values.url !== undefined && secret === '') throw new Error('--url wants --secret or the variable JWT_SECRET')
  if (values.url !== undefined && values.nodes !== undefined) throw new Error('--nodes is for own services, --url for a running one')
  const nodes = values.nodes === undefined ? undefined : readNodes(values.nodes)
  return { files: files.length > 0 ? files : [SAMPLE], room: values.room, url: values.url, secret, nodes, help: values.help }
}

/** The address to open sockets at: `http:` becomes `ws:`, and without a path it is `/ws`. */
export function socketUrl (address: string): string {
  const url = new URL(address)
  url.protocol = url.protocol.replace('http', 'ws')
  if (url.pathname === '/') url.pathname = '/ws'
  return url.href
}
