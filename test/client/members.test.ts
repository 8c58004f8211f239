import t from 'tap'
import { Members } from '../../client/members.ts'
import type { Person } from '../../client/index.ts'

const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map((id) => ({ id, name: id })) as [Person, Person, Person]

t.test('who came or went while a list was on its way is not forgotten by it', async (t) => {
  const members = new Members()
  const askedAt = Date.now()
  members.note(cyd, true)
  members.note(bob, false)
  members.list({ users: [ada, bob], count: 2 }, askedAt)
  t.strictSame(members.all, [ada, cyd])
  t.equal(members.count, 2)
})

t.test('a list that was asked for later is newer than all notices', async (t) => {
  const members = new Members()
  members.note(cyd, true)
  members.list({ users: [ada, bob], count: 2 }, Date.now() + 1)
  t.strictSame(members.all, [ada, bob])
  t.equal(members.count, 2)
})
