import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../examples/replay/project-root.ts'
import { readChat } from './chat.ts'
import { environmentOf } from './environment.ts'
import { isPeer } from './hubs.ts'
import { installPeers } from './install-peers.ts'
import { readOptions, USAGE, type BenchOptions } from './options.ts'
import { drawScene } from './plot/draw-scene.ts'
import { updateResults } from './results-file.ts'
import { runScene } from './run-scene.ts'
import type { Scene } from './scene.ts'
import { allScenes } from './scenes.ts'
import { formatSection, type SceneResult } from './section.ts'
import { selectScenes } from './select-scenes.ts'
import { Summary } from './summary.ts'

const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const

// Hubs and generators are ended with this process, also by a signal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(EXIT.interrupted))
process.exitCode = await main(process.argv.slice(2))

async function main (args: string[]): Promise<number> {
  let options: BenchOptions
  let known: Scene[]
  let scenes: Scene[]
  try {
    options = readOptions(args)
    known = allScenes(await readChat(options.chatPath))
    scenes = selectScenes(known, options.scenes).filter(({ hubs }) => hubs.some((name) => options.hubs.includes(name)))
    if (scenes.length === 0) throw new Error('--peers: none of these is compared in the scenes asked for')
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (options.help) {
    process.stdout.write(USAGE)
    return EXIT.success
  }
  try {
    if (options.hubs.some(isPeer)) installPeers(join(projectRoot, 'bench'))
    await runAll(scenes, options, { args, order: known.map(({ name }) => name) })
    return EXIT.success
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return EXIT.failure
  }
}

/** Writes after each scene: a long run that is interrupted leaves what it has. */
async function runAll (scenes: readonly Scene[], options: BenchOptions, { args, order }: { args: string[], order: string[] }): Promise<void> {
  const environment = environmentOf(args)
  for (const scene of scenes) {
    const summary = new Summary(await runScene(scene, options, process.stderr))
    const result = { scene, summary, rounds: options.rounds, environment, isFull: options.scale === 1 }
    process.stdout.write(`${formatSection(result)}\n`)
    if (options.outFolder !== undefined) write(options.outFolder, result, order)
  }
}

function write (folder: string, result: SceneResult, order: readonly string[]): void {
  const { name } = result.scene
  const path = join(folder, 'results.md')
  mkdirSync(join(folder, 'plots'), { recursive: true })
  writeFileSync(path, updateResults(readIfThere(path), new Map([[name, formatSection(result)]]), order))
  writeFileSync(join(folder, 'plots', `${name}.svg`), drawScene(result))
}

function readIfThere (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function messageOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
