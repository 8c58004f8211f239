import type { Environment } from '../environment.ts'
import type { ContenderName } from './contenders.ts'
import { forms } from './firehose-forms.ts'
import { messageOf } from './firehose-frames.ts'
import { CONTENT, type Figures } from './measure.ts'
import { Readings } from './readings.ts'
import { sentOf, WINDOWS, type ClientRun, type Task } from './run.ts'
import type { Size } from './sizes.ts'

/** A run to be written down. */
export interface ClientResult extends ClientRun {
  readonly environment: Environment
  readonly rounds: number
  /** Received in each measurement. */
  readonly messages: number
  readonly sizes: readonly Size[]
  /** Of the packages that were compared, by name. */
  readonly versions: Readonly<Record<string, string>>
}

/** Bytes that the client library may have, gzipped. */
const MOST_GZIPPED = 10 * 1024
/** Share of the time that a main thread which is the limit works at least. */
const BUSY_SHARE = 0.8
const PERCENT = 100

/** The results as a section of Markdown, the heading included. */
export function formatClientSection (result: ClientResult): string {
  const readings = new Readings(result.readings)
  return [
    '## client: the client library in Chromium',
    provenance(result),
    'Bytes of one minified ES module. wshub and wshub-binary are the published `dist/client/wshub.js` and `wshub-binary.js`; the others are all that their packages export, bundled as it is (esbuild, `es2022`); Socket.IO\'s own\nfile is as published. gzip by zlib\'s level 9, brotli\'s highest quality. In brackets: wshub\'s divided by this one.',
    sizeTable(result.sizes),
    sizeGoal(result.sizes),
    receivingText(result.messages),
    table('receiving', 'messages, /s', readings),
    boundText('receiving', readings),
    sendingText(result.messages),
    ...WINDOWS.flatMap((window) => [`${window.toLocaleString('en-US')} said at once:`, table(`sending ${window}`, 'acknowledged, /s', readings)]),
    'In brackets: wshub\'s figure divided by this one, in the same round. Script and main thread are CPU time as Chromium counts it (`ScriptDuration` and `ThreadTime`\nof its `Performance.getMetrics`): scripts are the library, what it calls, and the handler; the main thread has also what the browser itself does for a message.'
  ].filter((part) => part !== '').join('\n\n') + '\n'
}

function provenance ({ environment, chromium, versions, rounds }: ClientResult): string {
  const { date, node, cores, cpu, system, command } = environment
  const packages = Object.entries(versions).map((entry) => entry.join(' ')).join(', ')
  return `${date}, Chromium ${chromium}, ${packages}, Node ${node}, ${cores} cores (${cpu}), ${system}, ${rounds} round${rounds === 1 ? '' : 's'}: \`${command}\``
}

function sizeTable (sizes: readonly Size[]): string {
  const [ours] = sizes
  const columns = ['minified', 'gzip', 'brotli'] as const
  const rows = sizes.map((size) => [size.name, ...columns.map((column) => withRatio(whole(size[column]), size === ours ? undefined : (ours?.[column] ?? NaN) / size[column]))])
  return markdownTable(['library', ...columns], rows)
}

function sizeGoal ([ours]: readonly Size[]): string {
  if (ours === undefined) return ''
  return `- gzip: at most ${whole(MOST_GZIPPED)}: ${ours.gzip <= MOST_GZIPPED ? 'met' : '**missed**'}, ${whole(ours.gzip)}`
}

function receivingText (messages: number): string {
  const [bytes = 0, binaryBytes = 0] = [...forms.values()].map((form) => form.encode(messageOf(messages, CONTENT)).length)
  return `Receiving: a server process sends ${whole(messages)} messages of ${bytes} bytes, to wshub-binary of ${binaryBytes}, as fast as the page takes them, and a handler in the page checks the number of each: none was lost, doubled or out of
order. wshub and wshub-binary are \`room.on('message')\`; WebSocket is the browser's own with \`JSON.parse\` and a map of handlers, the least that has to be done with the same frames; socket.io-client gets
the same fields as an event from a server of socket.io. Time runs from the first message to the last.`
}

function boundText (task: Task, readings: Readings): string {
  const idle = readings.contenders.filter((name) => readings.figure(task, name, 'mainThreadShare') < BUSY_SHARE)
  return idle.length === 0 ? '' : `For ${idle.join(', ')} the page's main thread was not the limit, but the way to it or other programs: compare the main thread's time per message.`
}

function sendingText (messages: number): string {
  return `Sending: ${whole(sentOf(messages))} messages of ${CONTENT.length} characters to a server that acknowledges at once, each said when one before it is acknowledged. wshub begins with 16 on their way and has one more after every 32 answers, the others have all that are said.`
}

function table (task: Task, heading: string, readings: Readings): string {
  const columns: Array<[keyof Figures, (value: number) => string]> = [
    ['perSecond', whole],
    ['scriptUs', (value) => value.toFixed(2)],
    ['mainThreadUs', (value) => value.toFixed(2)],
    ['mainThreadShare', (value) => whole(value * PERCENT)]
  ]
  const cell = (contender: ContenderName, [name, format]: typeof columns[number]): string => {
    const isCompared = contender !== 'wshub' && name !== 'mainThreadShare'
    return withRatio(format(readings.figure(task, contender, name)), isCompared ? readings.ratio(task, contender, name) : undefined)
  }
  const rows = readings.contenders.map((contender) => [contender, ...columns.map((column) => cell(contender, column))])
  return markdownTable(['library', heading, 'script per message, µs', 'main thread per message, µs', 'main thread, % CPU'], rows)
}

function markdownTable (header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const alignment = header.map((_, index) => index === 0 ? '---' : '---:')
  return [header, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function withRatio (text: string, ratio: number | undefined): string {
  return ratio === undefined ? text : `${text} (${ratio.toFixed(2)})`
}

function whole (value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
