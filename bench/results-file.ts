import { readFileSync } from 'node:fs'

const TITLE = `# Measured

Written by \`npm run bench\`. Each hub runs as a process of its own and does the same work: parses a message, wraps it with sender and time,
sends it to the others of the room, acknowledges it. wshub runs as the real service, with tokens verified, validation, presence, numbering
and logging on; the others have none of these. Figures are medians over the rounds, in which the hubs take turns. Server CPU is
what the operating system counts for the process, user and system. The load comes from another process of the same machine. Hubs +redis
are two nodes with half of the members each, and a Redis between them: their server CPU is that of all three processes.
In scenes h, wshub keeps the last 100 messages of each room; no-history is the same with \`WS_HISTORY_SIZE=0\`. In scenes m and p, the members of mixed speak
all dialects in turn, those of binary the binary one, those of wshub JSON; bytes are those of a frame's content.
`

/** Names of the sections that no scene writes: what `npm run bench:client`, `npm run soak` and `npm run fuzz` have shown. */
const OTHERS = ['client', 'soak', 'churn', 'fuzz', 'floods', 'bystanders', 'timing', 'expressions']

/** Puts sections into the text of a results file: in the place of the same scene's earlier one, else in the given order. */
export function updateResults (text: string, sections: ReadonlyMap<string, string>, order: readonly string[]): string {
  const all = new Map([...splitSections(text), ...sections])
  const known = [...order.filter((name) => !OTHERS.includes(name)), ...OTHERS].filter((name) => all.has(name))
  return [TITLE, ...known.map((name) => all.get(name) ?? '')].join('\n')
}

/** Names of the sections of a results file, in their order. */
export function sectionsOf (text: string): string[] {
  return [...splitSections(text).keys()]
}

function splitSections (text: string): Map<string, string> {
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith('## '))
  return new Map(parts.map((part) => [/^## (\S+):/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]))
}

/** The text of a file; empty where there is none. */
export function readIfThere (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
