import t from 'tap'
import { TurnBudget } from '../../src/ingest/turn-budget.ts'

/** Resolves at the end of this turn of the event loop. */
function endOfTurn (): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve) })
}

t.test('what fits goes on at once, the rest in later turns and in its order', async (t) => {
  const budget = new TurnBudget(10)
  const entered: string[] = []
  const take = (name: string, amount: number): void => {
    const turn = budget.take(amount)
    if (turn === undefined) entered.push(name)
    else turn.then(() => { entered.push(name) }, t.fail)
  }
  for (const [name, amount] of [['a', 6], ['b', 6], ['c', 50], ['d', 1], ['e', 10], ['f', 1]] as const) take(name, amount)
  t.same(entered, ['a', 'b'])
  const seen = []
  for (let turn = 0; turn < 3; turn += 1) {
    await endOfTurn()
    seen.push(entered.join(''))
  }
  t.same(seen, ['abc', 'abcde', 'abcdef'])
})

t.test('a turn that passes leaves nothing behind', async (t) => {
  const budget = new TurnBudget(10)
  for (let turn = 0; turn < 3; turn += 1) {
    t.equal(budget.take(10), undefined)
    t.not(budget.take(1), undefined)
    await endOfTurn()
    await endOfTurn()
  }
})
