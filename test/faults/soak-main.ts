import { chooseSoak, OVERVIEW, soakKinds } from './soak-kinds.ts'

const EXIT = { success: 0, usage: 2 } as const

process.exit(await run(process.argv.slice(2)))

async function run (args: string[]): Promise<number> {
  if (args[0] === '--help') {
    process.stdout.write(`${OVERVIEW}\n`)
    return EXIT.success
  }
  try {
    const { name, rest } = chooseSoak(args)
    const soak = await soakKinds[name].load()
    return await soak(rest)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${OVERVIEW}`)
    return EXIT.usage
  }
}
