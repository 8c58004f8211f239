/** Runs with the rest of the command line; resolves to the exit code. Throws for a wrong command line. */
export type Soak = (args: string[]) => Promise<number>

interface SoakKind {
  readonly meaning: string
  readonly load: () => Promise<Soak>
}

/** What `npm run soak` can do, by the first word behind it. */
export const soakKinds = {
  faults: {
    meaning: 'faults befall Redis, nodes and connections under traffic; every delivery is checked',
    load: async () => (await import('./soak-faults.ts')).faults
  },
  churn: {
    meaning: 'clients come and go, in order and without; nothing of them may be left behind',
    load: async () => (await import('../churn/main.ts')).churn
  },
  floods: {
    meaning: 'the service is flooded; memory and a bystander are looked after',
    load: async () => (await import('../floods/main.ts')).floods
  },
  timing: {
    meaning: 'answers that must not tell one thing from another, by how long they take',
    load: async () => (await import('../floods/main.ts')).timing
  },
  bystanders: {
    meaning: 'how much thousands notice of a hundred that do not read',
    load: async () => (await import('../floods/main.ts')).bystanders
  },
  expressions: {
    meaning: 'texts made to keep an expression busy, in every field that is checked',
    load: async () => (await import('../floods/main.ts')).expressions
  }
} as const satisfies Readonly<Record<string, SoakKind>>

type SoakName = keyof typeof soakKinds

const DEFAULT: SoakName = 'faults'

/** Shown by `--help` without a word before it, and after a mistake. */
export const OVERVIEW = `npm run soak -- [WHAT] [FLAGS]

${Object.entries(soakKinds).map(([name, { meaning }]) => `  ${name.padEnd(13)}${meaning}`).join('\n')}

Without WHAT: ${DEFAULT}. Its flags: npm run soak -- WHAT --help
`

/** What is asked for, and what stands behind it. Throws for a word that is none of them. */
export function chooseSoak (args: readonly string[]): { readonly name: SoakName, readonly rest: string[] } {
  const [first = ''] = args
  if (first === '' || first.startsWith('-')) return { name: DEFAULT, rest: [...args] }
  if (!isSoakName(first)) throw new Error(`there is no ${first}; expected one of ${Object.keys(soakKinds).join(', ')}`)
  return { name: first, rest: args.slice(1) }
}

function isSoakName (word: string): word is SoakName {
  return Object.hasOwn(soakKinds, word)
}
