import { randomBytes } from 'node:crypto'
import { launchService } from '../replay/service.ts'
import { endOnSignals, EXIT, readFlags, readInteger, say, UsageError, type Example } from '../shared/program.ts'
import { signToken } from '../shared/tokens.ts'
import { connectCustomer, type Customer } from './customer.ts'
import { Outbox, runShop, type OrderChange } from './orders.ts'
import { Publisher, type Outcome } from './publisher.ts'
import { runWorker } from './worker.ts'

const usage = `A worker that tells customers over REST what becomes of their orders, and beside it the customers who listen.
One answer of the service is thrown away on its way: see what the worker does then.

  npm run example -- worker [--changes N] [--every MS] [--url URL --token TOKEN]

  --changes N     how many things happen to orders (default: 12)
  --every MS      time between two of them (default: 100)
  --url URL       a running service, as http://host:port, instead of an own one
  --token TOKEN   an administrator's token for it; this user is the customer then, too`

const flags = { changes: { type: 'string', default: '12' }, every: { type: 'string', default: '100' }, url: { type: 'string' }, token: { type: 'string' } } as const

/** Where to publish, and who listens. */
interface Place {
  readonly url: string
  readonly adminToken: string
  readonly customerTokens: readonly string[]
  readonly stop: () => Promise<void>
}

/** Ends by itself: with 0 when each customer was told everything once. */
export const example: Example = {
  usage,
  async run (args) {
    const { changes, every, url, token } = readFlags(args, flags)
    const work = { count: readInteger('--changes', changes, { min: 1, max: 100_000 }), everyMs: readInteger('--every', every, { min: 0, max: 60_000 }) }
    if ((url === undefined) !== (token === undefined)) throw new UsageError('--url and --token: expected both or none')
    const place = url === undefined || token === undefined ? await ownService() : { url, adminToken: token, customerTokens: [token], stop: async () => {} }
    try {
      return await notifyCustomers(place, work)
    } finally {
      await place.stop()
    }
  }
}

async function notifyCustomers ({ url, adminToken, customerTokens }: Place, work: { readonly count: number, readonly everyMs: number }): Promise<number> {
  const customers = await Promise.all(customerTokens.map((token) => connectCustomer(url, token, say)))
  const outbox = new Outbox()
  const told: OrderChange[] = []
  const onOutcome = (change: OrderChange, outcome: Outcome): void => {
    told.push(change)
    say(`worker: ${change.id} -> ${describe(outcome)}`)
  }
  const publisher = new Publisher({ url, token: adminToken, log: (line) => say(`worker: ${line}`), fetch: losingAnswer(2) })
  const shop = new AbortController()
  const worker = runWorker({ outbox, publisher, onOutcome, signal: shop.signal })
  try {
    await Promise.all([worker, runShop(outbox, customers.map(({ id }) => id), work).finally(() => shop.abort())])
    // What was published before is delivered before the answer to this.
    await Promise.all(customers.map(({ hub }) => hub.ping()))
    return summary(told, customers)
  } finally {
    for (const { hub } of customers) hub.close()
  }
}

function describe (outcome: Outcome): string {
  if ('code' in outcome) return `refused: ${outcome.code} ${outcome.error}`
  return `recipients ${outcome.recipients}${outcome.duplicate === true ? ', duplicate: it had been published before' : ''}`
}

/** Compares what was to be told with what was heard. */
function summary (told: readonly OrderChange[], customers: readonly Customer[]): number {
  const heard = customers.flatMap(({ id, received }) => received.map((text) => `${id} ${text}`)).sort()
  const expected = told.map(({ customerId, orderId, state }) => `${customerId} ${orderId} ${state}`).sort()
  const isRight = JSON.stringify(heard) === JSON.stringify(expected)
  say(`${told.length} changes published, ${heard.length} heard: ${isRight ? 'each of them once' : 'that is wrong'}`)
  return isRight ? EXIT.success : EXIT.failure
}

/** The network at its worst: the request arrives, its answer does not. The worker cannot know whether anything was done. */
function losingAnswer (which: number): typeof fetch {
  let count = 0
  return async (input, init) => {
    const response = await fetch(input, init)
    if (++count === which) throw new TypeError('the answer was lost')
    return response
  }
}

async function ownService (): Promise<Place> {
  endOnSignals()
  const secret = randomBytes(32).toString('base64url')
  const { address, stop } = await launchService({ JWT_SECRET: secret })
  const customers = [{ id: 'ada', name: 'Ada' }, { id: 'bob', name: 'Bob' }]
  return {
    url: address,
    adminToken: await signToken(secret, { id: 'worker', name: 'Worker', role: 'admin' }),
    customerTokens: await Promise.all(customers.map((customer) => signToken(secret, customer))),
    stop
  }
}
