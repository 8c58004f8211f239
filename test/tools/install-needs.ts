import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { homeOf, NODE_VERSIONS, programOf, type NodeVersion } from '../client/hosts/node-versions.ts'

/** Programs that the tests start, and the Debian packages that bring them. */
const needs: ReadonlyArray<{ readonly program: string, readonly debianPackage: string }> = [
  { program: 'chromium', debianPackage: 'chromium' },
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'haproxy', debianPackage: 'haproxy' },
  { program: 'nats-server', debianPackage: 'nats-server' },
  { program: 'setpriv', debianPackage: 'util-linux' }
]

/** Folders of programs; those of administrators are not on everybody's path. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']

const missing = needs.filter(({ program }) => !isInstalled(program))
if (missing.length > 0) install(missing.map(({ debianPackage }) => debianPackage))
for (const version of NODE_VERSIONS) if (!isExecutable(programOf(version))) installNode(version)

function isInstalled (program: string): boolean {
  return folders.some((folder) => isExecutable(join(folder, program)))
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function install (packages: readonly string[]): void {
  process.stderr.write(`the tests need ${packages.join(', ')}: installing\n`)
  const isDone = run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages])
  if (isDone) return
  process.stderr.write([
    `could not install them; please run: sudo apt-get install ${packages.join(' ')}`,
    'on a system without apt-get, install programs of these names by its own means; Redis must be 7.0 or later\n'
  ].join('\n'))
  process.exit(1)
}

/** From npm's registry into a folder beside its place, so that one is there as a whole or not at all. */
function installNode (version: NodeVersion): void {
  const home = homeOf(version)
  process.stderr.write(`the tests of the client need Node ${version}: installing it in ${home}\n`)
  mkdirSync(dirname(home), { recursive: true })
  const folder = mkdtempSync(`${home}-`)
  // The package fetches the program in a script of its own.
  const isDone = run('npm', ['install', '--loglevel=error', '--no-save', '--ignore-scripts=false', '--prefix', folder, `node@${version}`])
  rmSync(isDone ? home : folder, { recursive: true, force: true })
  if (isDone) renameSync(folder, home)
  if (isExecutable(programOf(version))) return
  process.stderr.write(`could not install it; please run: npm install --prefix ${home} node@${version}\n`)
  process.exit(1)
}

function run (command: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}
