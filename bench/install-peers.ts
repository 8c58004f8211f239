import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

/** Brings the hubs to compare with, once: they are not among the packages of wshub itself. */
export function installPeers (benchFolder: string): void {
  if (isInstalled(benchFolder)) return
  process.stderr.write('Installing the hubs to compare with (bench/package.json); this is done once.\n')
  const { status } = spawnSync('npm', ['ci', '--prefix', benchFolder, '--no-fund', '--no-audit'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('could not install the hubs to compare with: run `npm ci --prefix bench`, or use --peers wshub')
}

/** npm leaves a lock of its own in the folder; an older one is of another state of ours. */
function isInstalled (benchFolder: string): boolean {
  const installedMs = modifiedMs(join(benchFolder, 'node_modules', '.package-lock.json'))
  return installedMs > modifiedMs(join(benchFolder, 'package-lock.json'))
}

function modifiedMs (path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
