import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../examples/replay/project-root.ts'
import { endOnSignals, EXIT, runProgram } from '../examples/shared/program.ts'
import { readChat } from './chat.ts'
import { environmentOf } from './environment.ts'
import { isPeer } from './hubs.ts'
import { installPeers } from './install-peers.ts'
import { readOptions, USAGE, type BenchOptions } from './options.ts'
import { drawScene } from './plot/draw-scene.ts'
import { readIfThere, updateResults } from './results-file.ts'
import { runScene } from './run-scene.ts'
import type { Scene } from './scene.ts'
import { allScenes } from './scenes.ts'
import { formatSection, type SceneResult } from './section.ts'
import { selectScenes } from './select-scenes.ts'
import { Summary } from './summary.ts'

type Work = BenchOptions & { readonly known: readonly Scene[], readonly wanted: readonly Scene[] }

// Hubs and generators are ended with this process, also by a signal.
endOnSignals()
const args = process.argv.slice(2)
process.exitCode = await runProgram({ usage: USAGE, read: readWork, run: runAll }, args)

async function readWork (args: string[]): Promise<Work> {
  const options = readOptions(args)
  const known = allScenes(await readChat(options.chatPath))
  const wanted = selectScenes(known, options.scenes).filter(({ hubs }) => hubs.some((name) => options.hubs.includes(name)))
  if (wanted.length === 0) throw new Error('--peers: none of these is compared in the scenes asked for')
  return { ...options, known, wanted }
}

/** Writes after each scene: a long run that is interrupted leaves what it has. */
async function runAll ({ known, wanted, ...options }: Work): Promise<number> {
  if (options.hubs.some(isPeer)) installPeers(join(projectRoot, 'bench'))
  const environment = environmentOf(args)
  for (const scene of wanted) {
    const summary = new Summary(await runScene(scene, options, process.stderr))
    const result = { scene, summary, rounds: options.rounds, environment, isFull: options.scale === 1 }
    process.stdout.write(`${formatSection(result)}\n`)
    if (options.outFolder !== undefined) write(options.outFolder, result, known.map(({ name }) => name))
  }
  return EXIT.success
}

function write (folder: string, result: SceneResult, order: readonly string[]): void {
  const { name } = result.scene
  const path = join(folder, 'results.md')
  mkdirSync(join(folder, 'plots'), { recursive: true })
  writeFileSync(path, updateResults(readIfThere(path), new Map([[name, formatSection(result)]]), order))
  writeFileSync(join(folder, 'plots', `${name}.svg`), drawScene(result))
}
