import { decodeLine } from './decode-line.ts'

/** One line of a recorded chat day; `line` counts from 1. A `notice` is the channel's own and concerns nobody's messages. */
export type LogEvent =
  | { readonly kind: 'message', readonly line: number, readonly nick: string, readonly text: string, readonly action: boolean }
  | { readonly kind: 'join' | 'leave', readonly line: number, readonly nick: string }
  | { readonly kind: 'rename', readonly line: number, readonly nick: string, readonly to: string }
  | { readonly kind: 'notice', readonly line: number }

/** A whole day, one event a line; `latin1Lines` were not UTF-8 and were read as ISO-8859-1. */
export interface ChatLog {
  readonly events: readonly LogEvent[]
  readonly latin1Lines: readonly number[]
}

// A text is everything behind one space, to the very end of the line: spaces, tabs and control characters belong to it.
const MESSAGE = /^\[\d\d:\d\d\] <([^ >]+)> ?(.*)$/s
const ACTION = /^\[\d\d:\d\d\] {1,2}\* (\S+) ?(.*)$/s
// Old logs put a space behind a `]` within a nick: `[B] olinho [n=host]  has joined`.
const COMING_OR_GOING = /^=== (\S+(?: \S+)?) \[[^\s\]]*\] +has (joined|left|quit)\b/
const RENAME = /^=== (\S+) is now known as (\S+)\s*$/
// What old logs write of an action; a name with `/` or `#` is the channel's own notice, such as `mode/#ubuntu`.
const OLD_ACTION = /^=== ([^\s/#]+) (.*)$/s

/** Reads one line without its line feed. */
export function parseLine (text: string, line: number): LogEvent {
  return parseSpeech(text, line) ?? parseNotice(text, line)
}

/** Reads a whole day. Only a line feed ends a line, and a byte-order mark before the first line is the file's, not a text's. */
export function parseLog (bytes: Buffer): ChatLog {
  const events: LogEvent[] = []
  const latin1Lines: number[] = []
  for (const raw of splitLines(bytes)) {
    const line = events.length + 1
    const { text, utf8 } = decodeLine(raw)
    if (!utf8) latin1Lines.push(line)
    events.push(parseLine(line === 1 ? text.replace(/^\uFEFF/, '') : text, line))
  }
  return { events, latin1Lines }
}

function parseSpeech (text: string, line: number): LogEvent | undefined {
  const said = MESSAGE.exec(text)
  if (said) return { kind: 'message', line, nick: said[1] ?? '', text: said[2] ?? '', action: false }
  const done = ACTION.exec(text)
  if (done) return { kind: 'message', line, nick: done[1] ?? '', text: done[2] ?? '', action: true }
}

function parseNotice (text: string, line: number): LogEvent {
  const moved = COMING_OR_GOING.exec(text)
  if (moved) {
    const nick = (moved[1] ?? '').replace(' ', '')
    return { kind: moved[2] === 'joined' ? 'join' : 'leave', line, nick }
  }
  const renamed = RENAME.exec(text)
  if (renamed) return { kind: 'rename', line, nick: renamed[1] ?? '', to: renamed[2] ?? '' }
  const done = OLD_ACTION.exec(text)
  if (done) return { kind: 'message', line, nick: done[1] ?? '', text: done[2] ?? '', action: true }
  return { kind: 'notice', line }
}

function * splitLines (bytes: Buffer): Generator<Buffer> {
  let start = 0
  while (start < bytes.length) {
    const found = bytes.indexOf(0x0A, start)
    const end = found === -1 ? bytes.length : found
    yield bytes.subarray(start, end)
    start = end + 1
  }
}
