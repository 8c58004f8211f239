import type { Readable, Writable } from 'node:stream'

/** What a command sees of the process it runs in. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** For results: what a program may read. */
  readonly stdout: Writable
  /** For notices and complaints: what a person reads. */
  readonly stderr: Writable
}

/** How a command ends: done, not possible now, or not asked for properly (a bad flag, file or setting). */
export const EXIT = { success: 0, failure: 1, usage: 2 } as const

/** One command of the command line. */
export interface CliCommand {
  /** Shown by `wshub COMMAND --help`. */
  readonly usage: string
  /** Carries it out and resolves to the exit code; throws what is to be complained about. */
  run (args: readonly string[], world: World): Promise<number>
}

/** Writes lines of text. */
export function writeLines (stream: Writable, ...lines: readonly string[]): void {
  stream.write(lines.map((line) => `${line}\n`).join(''))
}

/** Says something to the person, as the first words of this program. */
export function notify ({ stderr }: World, text: string): void {
  writeLines(stderr, `wshub: ${text}`)
}
