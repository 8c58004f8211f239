import { randomBytes } from 'node:crypto'
import { RefusedError } from 'wshub/client'
import { nextMessage } from '../shared/next-message.ts'
import { EXIT, readFlags, say, type Example } from '../shared/program.ts'
import { signToken } from '../shared/tokens.ts'
import { buildLunch } from './app.ts'
import { Colleague } from './colleague.ts'

const usage = `A Fastify application with the hub's plugins in it: colleagues vote for lunch. Ends by itself.

  npm run example -- plugins`

/** Ends with 0 when all went as it should. */
export const example: Example = {
  usage,
  async run (args) {
    readFlags(args, {})
    const secret = randomBytes(32).toString('base64url')
    const app = await buildLunch(secret)
    const colleagues: Colleague[] = []
    try {
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      const people = [{ id: 'ada', name: 'Ada' }, { id: 'bob', name: 'Bob' }, { id: 'eve', name: 'Eve', role: 'visitor' }]
      for (const person of people) colleagues.push(new Colleague(person.name, url, await signToken(secret, person)))
      await haveLunch(colleagues, { url, adminToken: await signToken(secret, { id: 'chef', name: 'Chef', role: 'admin' }) })
      return EXIT.success
    } finally {
      for (const { hub } of colleagues) hub.close()
      await app.close()
    }
  }
}

async function haveLunch ([ada, bob, eve]: readonly Colleague[], kitchen: Kitchen): Promise<void> {
  if (ada === undefined || bob === undefined || eve === undefined) throw new Error('three are needed')
  await Promise.all([ada, bob].map((colleague) => colleague.follow(say)))

  const seenByBob = nextMessage(bob.hub, 'lunch.tally')
  say(`Ada votes for ramen; the answer is ${JSON.stringify(await ada.vote('ramen'))}`)
  await seenByBob

  // Bob has not voted: the application's own route tells him so, on his connection alone.
  const reminded = nextMessage(bob.hub, 'lunch.reminder')
  say(`the kitchen reminds Bob: ${await remind(kitchen, 'bob')}`)
  await reminded
  const seenByAda = nextMessage(ada.hub, 'lunch.tally', { where: ({ pizza }) => pizza === 1 })
  await bob.vote('pizza')
  await seenByAda
  say(`the kitchen reminds Bob once more: ${await remind(kitchen, 'bob')}`)

  say(`Eve, a visitor, votes: ${await refusalOf(eve.vote('salad'))}`)
}

/** Where the application's REST routes are. */
interface Kitchen {
  readonly url: string
  readonly adminToken: string
}

async function remind ({ url, adminToken }: Kitchen, userId: string): Promise<string> {
  const response = await fetch(new URL(`/lunch/reminders/${userId}`, url), { method: 'POST', headers: { authorization: `Bearer ${adminToken}` } })
  const { recipients, error } = await response.json() as { recipients?: number, error?: string }
  if (recipients === undefined) throw new Error(error)
  return `${recipients} connection${recipients === 1 ? '' : 's'}`
}

async function refusalOf (attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof RefusedError) return `${error.code}, ${error.message}`
    throw error
  }
  throw new Error('it was not refused')
}
