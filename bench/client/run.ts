import { startServer, type ServerProcess } from '../server-process.ts'
import { startBrowser } from './browser.ts'
import type { Contender, ContenderName } from './contenders.ts'
import { CONTENT, measureReceiving, measureSending, type Figures, type Measured } from './measure.ts'

/** What a page does: receives, or sends with so many messages said at once. */
export type Task = 'receiving' | `sending ${number}`

/** One measurement in one round. */
export interface Reading {
  readonly task: Task
  readonly contender: ContenderName
  readonly round: number
  readonly figures: Figures
}

/** How much is measured. */
export interface Plan {
  readonly contenders: readonly Contender[]
  readonly rounds: number
  /** To be received; a tenth of them is sent. */
  readonly messages: number
  /** Told what comes next. */
  readonly onProgress: (line: string) => void
}

/** All that a run has shown. */
export interface ClientRun {
  readonly chromium: string
  readonly readings: readonly Reading[]
}

/** Messages said at once: as a page might, and many more than the client library has on their way at first. */
export const WINDOWS = [32, 1_000] as const
const RECEIVED_PER_SENT = 10
const ADDRESS = /listening on http:\/\/([\w.:[\]-]+)/

/** How many are sent where so many are received. */
export function sentOf (received: number): number {
  return Math.ceil(received / RECEIVED_PER_SENT)
}

/** Measures all contenders in turn, round by round, each with a server process of its own. */
export async function runClientBench (plan: Plan): Promise<ClientRun> {
  const browser = await startBrowser(plan.contenders)
  const servers: ServerProcess[] = []
  const measured: Measured[] = []
  const readings: Reading[] = []
  try {
    for (const contender of plan.contenders) {
      const server = await startServer({ name: `firehose of ${contender.name}`, command: process.execPath, args: [contender.firehosePath], env: { CONTENT }, ready: ADDRESS })
      servers.push(server)
      measured.push({ browser, contender, url: `ws://${server.told}` })
    }
    for (let round = 1; round <= plan.rounds; round++) {
      for (const one of measured) readings.push(...await playRound(one, plan, round))
    }
    return { chromium: browser.version, readings }
  } finally {
    await Promise.all([browser.close(), ...servers.map(async (server) => await server.stop())])
  }
}

async function playRound (measured: Measured, { messages, onProgress }: Plan, round: number): Promise<Reading[]> {
  const { contender: { name } } = measured
  const readings: Reading[] = []
  const note = (task: Task, figures: Figures): void => {
    readings.push({ task, contender: name, round, figures })
    onProgress(`round ${round}, ${name}, ${task}: ${Math.round(figures.perSecond).toLocaleString('en-US')} messages/s`)
  }
  note('receiving', await measureReceiving(measured, { messages }))
  for (const window of WINDOWS) {
    note(`sending ${window}`, await measureSending(measured, { messages: sentOf(messages), window }))
  }
  return readings
}
