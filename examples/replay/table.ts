import type { ChatLog } from './parse-log.ts'
import type { PresenceFindings } from './presence-watch.ts'
import type { ReplayResult } from './replay.ts'
import { isPerfect } from './verdict.ts'

/** What a table tells about. */
export interface Summary {
  readonly title: string
  readonly userCount: number
  readonly result: ReplayResult
}

/** True when everybody got everything, once, in order and unchanged, and no node was wrong about who is there. */
export function isSuccess ({ verdict, failure, presence }: ReplayResult): boolean {
  return failure === undefined && isPerfect(verdict) && (presence?.wrong.length ?? 0) === 0
}

/** The closing table of one replayed day, with a line for what went wrong. */
export function formatTable ({ title, userCount, result }: Summary): string {
  const rows = tableRows(userCount, result)
  const labelWidth = Math.max(...rows.map(([label]) => label.length))
  const valueWidth = Math.max(...rows.map(([, value]) => value.length))
  const lines = rows.map(([label, value]) => `  ${label.padEnd(labelWidth)}  ${value.padStart(valueWidth)}`)
  return [title, ...lines, ...closingLines(result), ''].join('\n')
}

/** What a log holds, for the table's title. */
export function describeLog ({ events, latin1Lines }: ChatLog): string {
  const counts = { message: 0, join: 0, leave: 0, rename: 0, notice: 0 }
  for (const { kind } of events) counts[kind]++
  const actions = events.filter((event) => event.kind === 'message' && event.action).length
  const parts = [
    `messages ${count(counts.message)} (actions ${count(actions)})`, `renames ${count(counts.rename)}`,
    `joins ${count(counts.join)}`, `leaves ${count(counts.leave)}`, `other notices ${count(counts.notice)}`,
    ...latin1Lines.length > 0 ? [`read as ISO-8859-1, being no UTF-8, ${count(latin1Lines.length)}`] : []
  ]
  return `${count(events.length)} lines: ${parts.join(', ')}`
}

/** A number for people to read. */
export function count (value: number): string {
  return value.toLocaleString('en-US')
}

function tableRows (userCount: number, { verdict, messageCount, durationMs, presence }: ReplayResult): Array<[string, string]> {
  const { expected, received, lost, doubled, reordered, identical } = verdict
  return [
    ['users', count(userCount)],
    ['messages', count(messageCount)],
    ['deliveries expected', count(expected)],
    ['deliveries received', count(received)],
    ['lost', count(lost)],
    ['doubled', count(doubled)],
    ['reordered', count(reordered)],
    ['byte-identical', count(identical)],
    ...presenceRows(presence),
    ['time', `${(durationMs / 1_000).toFixed(2)} s`]
  ]
}

function presenceRows (presence: PresenceFindings | undefined): Array<[string, string]> {
  if (presence === undefined) return []
  const { nodes, checks, wrong } = presence
  return [['nodes', count(nodes)], ['presence checked', count(checks)], ['presence wrong', count(wrong.length)]]
}

function closingLines (result: ReplayResult): string[] {
  if (isSuccess(result)) {
    const presence = result.presence === undefined ? '' : '; each node knew who was there'
    return [`  everybody received everything, once, in order, byte for byte${presence}`]
  }
  const { verdict: { received, identical, strays }, failure, presence } = result
  const altered = received - identical
  return [
    '  FAILED',
    ...failure ? [`  stopped: ${failure.message}`] : [],
    ...(presence?.wrong ?? []).map((finding) => `  ${finding}`),
    ...strays > 0 ? [`  ${count(strays)} copies reached somebody who should not have got them`] : [],
    ...altered > 0 ? [`  ${count(altered)} copies were not what had been sent`] : []
  ]
}
