import { WebSocket } from 'ws'
import type { SocketConstructor } from '../../../client/index.ts'
import { Agent, type Form } from '../agent.ts'
import type { Command } from './host.ts'

/** A command from the test. */
export interface Order {
  readonly id: number
  readonly command: Command
  readonly args: readonly unknown[]
}

/** What came of it. */
export interface Report {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

const [, , socket, form] = process.argv
const agent = new Agent(form as Form, socket === 'ws' ? WebSocket as unknown as SocketConstructor : undefined)

process.on('message', (order: Order) => { carryOut(order).catch((error: unknown) => agent.report(error)) })
process.on('uncaughtException', (error) => agent.report(error))
process.on('unhandledRejection', (error) => agent.report(error))

async function carryOut ({ id, command, args }: Order): Promise<void> {
  try {
    const run = agent[command] as (...args: readonly unknown[]) => unknown
    send({ id, result: await run.apply(agent, [...args]) })
  } catch (error) {
    send({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) })
  }
}

function send (report: Report): void {
  if (process.connected) process.send?.(report)
}
