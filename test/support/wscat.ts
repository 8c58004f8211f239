import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface, type Interface } from 'node:readline'
import type { Teardown } from '../helper.ts'

const program = createRequire(import.meta.url).resolve('wscat/bin/wscat')

/** A `wscat` process, as a person at a terminal would use it: lines in, lines out. */
export class Wscat {
  readonly #input: NodeJS.WritableStream
  readonly #lines: AsyncIterator<string>
  /** Resolves with everything it said on standard error and the exit code, when it has ended. */
  readonly ended: Promise<{ code: number | null, errors: string }>

  constructor (t: Teardown, args: readonly string[]) {
    const child = spawn(process.execPath, [program, ...args])
    t.teardown(() => child.kill())
    let errors = ''
    child.stderr.on('data', (chunk) => { errors += chunk })
    this.ended = new Promise((resolve) => { child.once('close', (code) => resolve({ code, errors })) })
    this.#input = child.stdin
    const lines: Interface = createInterface(child.stdout)
    this.#lines = lines[Symbol.asyncIterator]()
  }

  /** Types one line. What is typed before the connection stands is lost. */
  type (line: string): void {
    this.#input.write(`${line}\n`)
  }

  /** The next frame that it prints. */
  async next (): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error('wscat has ended')
    // Without a terminal wscat still writes its prompt, before the next line.
    return JSON.parse(value.replace(/^(?:> )+/, ''))
  }
}
