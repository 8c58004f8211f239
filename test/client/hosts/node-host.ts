import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { endWithUs } from '../../../examples/replay/child-process.ts'
import type { Teardown } from '../../helper.ts'
import type { Form } from '../agent.ts'
import type { AgentHandle, Arguments, Command, Host, Result } from './host.ts'
import type { Order, Report } from './node-agent.ts'

const PROGRAM = join(import.meta.dirname, 'node-agent.js')

/** A Node of some version, and the WebSocket that the client uses there. */
export class NodeHost implements Host {
  readonly name: string
  readonly form: Form
  readonly isPage = false
  readonly #program: string
  readonly #socket: 'ws' | 'platform'

  constructor (name: string, program: string, socket: 'ws' | 'platform', form: Form = 'json') {
    this.name = name
    this.form = form
    this.#program = program
    this.#socket = socket
  }

  async open (t: Teardown): Promise<AgentHandle> {
    // Settings of the test's runner are not handed on: another version may not know them.
    const child = spawn(this.#program, [PROGRAM, this.#socket, this.form], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { PATH: process.env['PATH'] } })
    endWithUs(child)
    t.teardown(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    return new NodeAgent(child)
  }
}

class NodeAgent implements AgentHandle {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (report: Report) => void>()
  #count = 0

  constructor (child: ChildProcess) {
    this.#child = child
    child.on('message', (report: Report) => {
      this.#waiting.get(report.id)?.(report)
      this.#waiting.delete(report.id)
    })
    child.once('exit', (code, signal) => {
      for (const [id, settle] of this.#waiting) settle({ id, error: `the agent ended: ${signal ?? code}` })
    })
  }

  async call<K extends Command> (command: K, ...args: Arguments<K>): Promise<Result<K>> {
    const order: Order = { id: this.#count += 1, command, args }
    const report = await new Promise<Report>((resolve) => {
      this.#waiting.set(order.id, resolve)
      this.#child.send(order)
    })
    if (report.error !== undefined) throw new Error(`${command}: ${report.error}`)
    return report.result as Result<K>
  }

  async freeze (): Promise<void> {
    this.#child.kill('SIGSTOP')
  }

  async thaw (): Promise<void> {
    this.#child.kill('SIGCONT')
  }

  /** Node tells nobody. */
  async setOffline (): Promise<void> {}

  async end (): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    const [code] = await exited
    if (code !== 0) throw new Error(`the agent ended with ${code}`)
  }
}
