import { parseArgs } from 'node:util'
import { TeardownStack } from '../faults/teardown-stack.ts'
import type { Teardown } from '../helper.ts'
import { allFloods } from './floods.ts'
import { goals, HEADING, missedGoals, toLine } from './flood-verdict.ts'
import { tryLongStrings } from './long-strings.ts'
import { runFloods } from './run-floods.ts'
import { measureCrowd } from './stalled-crowd.ts'
import { compareRefusals } from './timing.ts'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const SECOND_MS = 1_000

/** Beyond so many standard deviations two series are not of one kind. */
const SIGNIFICANT = 3.3
/** As much slower may a bystander be answered; and what is less than this, ms, nobody can tell. */
const SLOWER = { factor: 1.2, ms: 1 }
const LONGEST_MS = 10

/**
 * `npm run soak -- floods [--seconds N] [--sockets N] [--only TEXT]`: floods the service and tells what that did to its memory and to a
 * bystander. Resolves with the exit code: 1 where a goal was missed.
 */
export async function floods (args: string[]): Promise<number> {
  if (args.includes('--help')) return help('npm run soak -- floods [--seconds N] [--sockets N] [--only TEXT]')
  const { seconds, sockets, only } = readFlags(args, { seconds: '10', sockets: '5000', only: '' })
  const durationMs = Number(seconds) * SECOND_MS
  const chosen = allFloods.filter(({ id, name }) => `${id} ${name}`.includes(only))
  say(HEADING)
  return await judge(async (t, note) => {
    await runFloods(t, { durationMs, warmUpMs: durationMs / 3, sides: 8, maxSockets: Number(sockets), burst: 100 }, (report) => {
      note(missedGoals(report, goals).length === 0, toLine(report, goals))
    }, chosen)
  })
}

/** `npm run soak -- timing [--samples N]`: b19, whether the time of a refusal tells a private room from one that is not there. */
export async function timing (args: string[]): Promise<number> {
  if (args.includes('--help')) return help('npm run soak -- timing [--samples N]')
  const { samples } = readFlags(args, { samples: '1000' })
  return await judge(async (t, note) => {
    for (const { type, unknownMs, privateMs, distance, isSameText } of await compareRefusals(t, Number(samples))) {
      const line = `${type.padEnd(14)} unknown ${unknownMs.toFixed(3)} ms, private ${privateMs.toFixed(3)} ms, ${distance.toFixed(2)} standard deviations apart`
      note(isSameText && Math.abs(distance) < SIGNIFICANT, `${line}, ${isSameText ? 'the same text' : 'the TEXTS DIFFER'}`)
    }
  })
}

/** `npm run soak -- bystanders [--connections N] [--stalled N] [--seconds N]`: c10, whether those who do not read slow others down. */
export async function bystanders (args: string[]): Promise<number> {
  if (args.includes('--help')) return help('npm run soak -- bystanders [--connections N] [--stalled N] [--seconds N]')
  const { connections, stalled, seconds } = readFlags(args, { connections: '10000', stalled: '100', seconds: '15' })
  const plan = { connections: Number(connections), stalled: Number(stalled), durationMs: Number(seconds) * SECOND_MS }
  return await judge(async (t, note) => {
    const { baseline, withStalled } = await measureCrowd(t, plan)
    const allowedMs = Math.max(baseline.p99 * SLOWER.factor, baseline.p99 + SLOWER.ms)
    const line = `p50 ${baseline.p50.toFixed(2)} ms and p99 ${baseline.p99.toFixed(2)} ms; with ${stalled} of ${connections} stalled p50 ${withStalled.p50.toFixed(2)} ms and p99 ${withStalled.p99.toFixed(2)} ms`
    note(withStalled.p99 <= allowedMs, line)
  })
}

/** `npm run soak -- expressions`: c17, whether any long string takes the service more than 10 ms. */
export async function expressions (args: string[]): Promise<number> {
  if (args.includes('--help')) return help('npm run soak -- expressions')
  readFlags(args, {})
  return await judge(async (t, note) => {
    await tryLongStrings(t, ({ field, worstMs }) => note(worstMs < LONGEST_MS, `${field.padEnd(32)} ${worstMs.toFixed(2)} ms at most`))
  })
}

function help (usage: string): number {
  say(usage)
  return 0
}

/** Does it, says how each part went, and makes an exit code of it. */
async function judge (run: (t: Teardown, note: (isMet: boolean, line: string) => void) => Promise<void>): Promise<number> {
  const t = new TeardownStack()
  let missed = 0
  try {
    await run(t, (isMet, line) => {
      if (!isMet) missed += 1
      say(isMet ? line : `${line} MISSED`)
    })
  } finally {
    await t.run()
  }
  say(missed === 0 ? 'every goal was met' : `goals missed: ${missed}`)
  return missed === 0 ? 0 : 1
}

/** The flags of a command line with their defaults. Throws for others. */
function readFlags<T extends Record<string, string>> (args: string[], defaults: T): Record<keyof T, string> {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({ args, options })
  return { ...defaults, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])) }
}
