import { createInterface } from 'node:readline'
import { ClientConnection } from './client-connection.ts'
import { Conversation } from './conversation.ts'
import { describeClose } from './describe-close.ts'
import { withDialect } from './dialect.ts'
import { INPUT_HELP } from './line-commands.ts'
import { parseFlags } from './parse-flags.ts'
import { socketTarget } from './socket-target.ts'
import { onStopSignal } from './stop-signals.ts'
import { readToken } from './token-argument.ts'
import { EXIT, notify, type CliCommand, type World } from './world.ts'

const usage = `Usage: wshub client [--url URL] [--token TOKEN] [--raw]

Talks to a service line by line: frames go to standard output, notices to standard error. In a pipe it waits at the end of the
input until everything is answered.

  --url URL       where to connect (default: ws://localhost:8080/ws)
  --token TOKEN   sent as Authorization: Bearer; the variable WSHUB_TOKEN keeps it out of the list of processes
  --raw           print the frames as they come, one JSON text a line

${INPUT_HELP}`

const options = {
  url: { type: 'string', default: 'ws://localhost:8080/ws' },
  token: { type: 'string' },
  raw: { type: 'boolean', default: false }
} as const

/** `wshub client`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const { url, token, raw } = parseFlags(args, options)
    const target = socketTarget(url)
    const conversation = new Conversation(world, { raw })
    const connection = new ClientConnection(withDialect(target.href), { token: readToken(token, world), onText: (text) => conversation.show(text) })
    await connection.opened.catch((error: Error) => {
      throw new Error(`cannot connect to ${target.shown}: ${error.message}`, { cause: error })
    })
    notify(world, `connected to ${target.shown}; /help lists what can be typed`)
    return await talk(connection, conversation, { world, shown: target.shown })
  }
}

/** Reads until the input or the connection ends, whichever is first. */
async function talk (connection: ClientConnection, conversation: Conversation, { world, shown }: { world: World, shown: string }): Promise<number> {
  const lines = createInterface({ input: world.stdin, crlfDelay: Infinity })
  const release = onStopSignal(() => connection.close())
  // The reader of the output is gone.
  world.stdout.once('error', () => connection.close())
  connection.ended.then(() => lines.close())
  const code = await conversation.run(lines, connection)
  lines.close()
  connection.close()
  const ended = await connection.ended
  release()
  if (ended.byUs || ended.code === 1000) return code
  notify(world, `${shown} ended the connection: ${describeClose(ended)}`)
  return EXIT.failure
}
