import { EXIT, runExample, say, type Example } from './shared/program.ts'

interface Entry {
  readonly shows: string
  readonly load: () => Promise<{ readonly example: Example }>
}

const examples: ReadonlyMap<string, Entry> = new Map(Object.entries({
  chat: { shows: 'a chat page: rooms, members, typing, and messages that survive a lost connection', load: () => import('./chat/main.ts') },
  worker: { shows: 'a worker that notifies users over REST, each once, whatever goes wrong in between', load: () => import('./worker/main.ts') },
  plugins: { shows: 'the hub inside of an own Fastify application, with own message types and typed events', load: () => import('./plugins/main.ts') },
  rides: { shows: 'a ride from request to arrival: proposals to drivers, one of whom is in a tunnel', load: () => import('./rides/main.ts') }
}))

const USAGE = `Runs one of the examples.

  npm run example -- NAME [--help]

${[...examples].map(([name, { shows }]) => `  ${name.padEnd(10)}${shows}`).join('\n')}`

process.exitCode = await main(process.argv.slice(2))

async function main ([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help') {
    say(USAGE)
    return EXIT.success
  }
  const found = examples.get(name)
  if (found === undefined) {
    process.stderr.write(`There is no example ${name}.\n\n${USAGE}\n`)
    return EXIT.usage
  }
  const { example } = await found.load()
  return await runExample(example, args)
}
