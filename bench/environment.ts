import { availableParallelism, cpus, platform, release } from 'node:os'
import { basename, isAbsolute } from 'node:path'

/** What a run was made with. */
export interface Environment {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly cpu: string
  readonly system: string
  readonly command: string
}

/** Describes this machine and the command line of this run, which began with a script of `package.json`. */
export function environmentOf (args: readonly string[], script = 'npm run bench'): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    system: `${platform()} ${release()}`,
    command: [script, ...(args.length > 0 ? ['--', ...args.map(withoutFolder)] : [])].join(' ')
  }
}

/** Where a file lies on this machine is of no interest to others. */
function withoutFolder (argument: string): string {
  return isAbsolute(argument) ? basename(argument) : argument
}
