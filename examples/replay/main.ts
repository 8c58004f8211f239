import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { startCluster } from '../cluster/start-cluster.ts'
import { endOnSignals, EXIT, runProgram } from '../shared/program.ts'
import { readOptions, socketUrl, USAGE, type DemoOptions } from './options.ts'
import { parseLog, type ChatLog } from './parse-log.ts'
import { makePlan } from './plan.ts'
import { Progress } from './progress.ts'
import { Replay, type ReplayTarget } from './replay.ts'
import { startService, WITHOUT_RATES } from './service.ts'
import { count, describeLog, formatTable, isSuccess } from './table.ts'
import { tokenMaker } from './tokens.ts'

/** Much more than it takes: what is not right by then is wrong. */
const PRESENCE_SETTLE_MS = 5_000

interface Day { readonly name: string, readonly log: ChatLog }

// An own service is ended with this process, also by a signal.
endOnSignals()
process.exitCode = await runProgram({ usage: USAGE, read: readOptionsAndDays, run: replayAll }, process.argv.slice(2))

async function readOptionsAndDays (args: string[]): Promise<DemoOptions & { readonly days: readonly Day[] }> {
  const options = readOptions(args, process.env)
  return { ...options, days: await Promise.all(options.files.map(readDay)) }
}

async function replayAll ({ url, secret, room, nodes, days }: DemoOptions & { readonly days: readonly Day[] }): Promise<number> {
  if (url !== undefined) return await replayDays(days, { urls: [socketUrl(url)], room, tokenFor: tokenMaker(secret) })
  if (nodes !== undefined) return await replayOnNodes(nodes, room, days)
  const ownSecret = randomBytes(32).toString('hex')
  const service = await startService(ownSecret)
  try {
    return await replayDays(days, { urls: [socketUrl(service.address)], room, tokenFor: tokenMaker(ownSecret) })
  } finally {
    await service.stop()
  }
}

async function replayOnNodes (nodes: number, room: string, days: readonly Day[]): Promise<number> {
  const cluster = await startCluster({ nodes, balancer: 'own', env: WITHOUT_RATES })
  try {
    const urls = cluster.instances.map(({ address }) => socketUrl(address))
    return await replayDays(days, { urls, room, tokenFor: tokenMaker(cluster.secret), presenceSettleMs: PRESENCE_SETTLE_MS })
  } finally {
    await cluster.stop()
  }
}

async function replayDays (days: readonly Day[], target: ReplayTarget): Promise<number> {
  let good = true
  for (const day of days) good = await replayDay(day, target) && good
  return good ? EXIT.success : EXIT.failure
}

async function readDay (path: string): Promise<Day> {
  const log = parseLog(await readFile(path))
  // A wrong file must not pass as a day on which everything went well.
  if (!log.events.some(({ kind }) => kind === 'message')) throw new Error(`${path}: no messages of a chat log in it`)
  return { name: basename(path), log }
}

async function replayDay ({ name, log }: Day, target: ReplayTarget): Promise<boolean> {
  const plan = makePlan(log.events)
  const replay = new Replay(plan, target)
  const progress = new Progress(process.stderr, () => {
    const { messageCount, received } = replay.ledger
    const said = `${count(messageCount)} of ${count(plan.messageCount)} messages`
    return `${name}: ${said}, ${count(received)} deliveries, ${count(replay.memberCount)} people in #${target.room}`
  })
  const result = await replay.run()
  progress.stop()
  const title = `${name}: ${describeLog(log)}`
  process.stdout.write(`${formatTable({ title, userCount: plan.people.length, result })}\n`)
  return isSuccess(result)
}
