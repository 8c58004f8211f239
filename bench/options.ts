import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../examples/replay/project-root.ts'
import { hubNames, type HubName } from './hubs.ts'

/** What the command line asks for. */
export interface BenchOptions {
  /** Names of scenes or groups; empty: all. */
  readonly scenes: readonly string[]
  readonly hubs: readonly HubName[]
  readonly rounds: number
  readonly seconds: number
  /** Factor on the number of connections. */
  readonly scale: number
  readonly chatPath: string
  /** Where results are written; undefined: nowhere. */
  readonly outFolder: string | undefined
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Compares wshub with other hubs on this machine and writes bench/results.md and bench/plots.

  npm run bench -- [--scene NAMES] [--peers NAMES] [--rounds N] [--seconds S] [--scale F] [--chat PATH] [--out FOLDER]

  --scene NAMES   scenes, or groups by their letter, with commas: a1 a4 a16 a16all b64 b512 c c10 d e f g h1 h64 m16 p16 p64 r16 r64 (default: all)
  --peers NAMES   hubs, with commas: ${hubNames.join(' ')} (default: all);
                  in scenes r those +redis, two nodes and a redis-server each, beside one node of wshub;
                  in scenes h wshub beside no-history, which keeps no messages, on one node and on two;
                  in scenes m and p wshub whose members speak all dialects in turn (mixed), or the binary one (binary), beside all in JSON
  --rounds N      how often each hub is measured in each scene, in turn; the median counts (default: 3)
  --seconds S     how long each is measured (default: 5)
  --scale F       factor on the number of connections, for a quick look; results are shown but not written (default: 1)
  --chat PATH     the recorded chat of scene f (default: the sample that comes along)
  --out FOLDER    where to write results.md and plots (default: bench)

Everything in three rounds takes about 58 minutes. Let the machine do nothing else meanwhile.
`

const BENCH_FOLDER = join(projectRoot, 'bench')
const SAMPLE_CHAT = join(projectRoot, 'examples', 'replay', 'sample', '2012-06-02.txt')

/** Reads the command line; throws a readable error for a wrong one. */
export function readOptions (args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      scene: { type: 'string', multiple: true, default: [] },
      peers: { type: 'string', default: hubNames.join(',') },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      chat: { type: 'string', default: SAMPLE_CHAT },
      out: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  const scale = number('--scale', values.scale, 0.001, 1)
  return {
    scenes: values.scene.flatMap(split),
    hubs: split(values.peers).map(hubName),
    rounds: Math.floor(number('--rounds', values.rounds, 1, 100)),
    seconds: number('--seconds', values.seconds, 0.1, 600),
    scale,
    chatPath: values.chat,
    outFolder: values.out ?? (scale === 1 ? BENCH_FOLDER : undefined),
    help: values.help
  }
}

function hubName (text: string): HubName {
  const name = hubNames.find((known) => known === text)
  if (name === undefined) throw new Error(`--peers: expected ${hubNames.join(', ')}, got ${text}`)
  return name
}

function number (flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!(value >= min && value <= max)) throw new Error(`${flag}: expected a number from ${min} to ${max}, got ${text}`)
  return value
}

function split (text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '')
}
