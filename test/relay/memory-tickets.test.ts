import t from 'tap'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { MemoryTickets } from '../../src/relay/memory-tickets.ts'
import { ticketContract } from '../contracts/ticket-contract.ts'
import { until } from '../helper.ts'

ticketContract(t, async (t) => {
  const relay = new MemoryRelay()
  t.teardown(() => relay.close())
  return { relay }
})

t.test('tickets that nobody used are forgotten when their time is over', async (t) => {
  const tickets = new MemoryTickets()
  const identity = { userId: 'ada', name: 'ada', roles: ['user'] }
  for (let number = 0; number < 100; number += 1) tickets.put(`short-${number}`, identity, 10)
  tickets.put('long', identity, 60_000)
  t.equal(tickets.size, 101)
  const afterMs = performance.now() + 20
  await until(() => performance.now() >= afterMs)
  tickets.put('new', identity, 10)
  t.equal(tickets.size, 2)
  t.ok(tickets.take('long'))
})
