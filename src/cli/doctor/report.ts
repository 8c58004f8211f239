import type { NamedFinding } from './examine.ts'
import type { Status } from './finding.ts'

const STATUS_WIDTH = 9
const NAME_WIDTH = 15
const ADVICE_WIDTH = 110
const statuses = ['ok', 'warning', 'failed', 'skipped'] as const satisfies readonly Status[]

/** One finding as lines of text: the advice is indented below, unless it was given before. */
export function formatFinding ({ check, status, value, advice }: NamedFinding, given: ReadonlySet<string>): string[] {
  const indent = ' '.repeat(STATUS_WIDTH + NAME_WIDTH)
  const text = advice !== undefined && given.has(advice) ? 'As above.' : advice
  const lines = text === undefined ? [] : wrap(text).map((line) => `${indent}${line}`)
  return [`${status.padEnd(STATUS_WIDTH)}${check.padEnd(NAME_WIDTH)}${value}`, ...lines]
}

/** How many checks went how, in one line. */
export function formatSummary (findings: readonly NamedFinding[]): string {
  return statuses.map((status) => `${status} ${count(findings, status)}`).join(', ')
}

/** The report for programs, as JSON text. */
export function formatJson (shown: string, findings: readonly NamedFinding[]): string {
  const counts = Object.fromEntries(statuses.map((status) => [status, count(findings, status)]))
  return JSON.stringify({ url: shown, status: worstOf(findings), counts, checks: findings }, undefined, 2)
}

/** The whole in one word; what was skipped does not count. */
export function worstOf (findings: readonly NamedFinding[]): Exclude<Status, 'skipped'> {
  if (count(findings, 'failed') > 0) return 'failed'
  return count(findings, 'warning') > 0 ? 'warning' : 'ok'
}

function count (findings: readonly NamedFinding[], status: Status): number {
  return findings.filter((finding) => finding.status === status).length
}

function wrap (text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < ADVICE_WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
