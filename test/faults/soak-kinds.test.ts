import t from 'tap'
import { chooseSoak, OVERVIEW, soakKinds } from './soak-kinds.ts'

t.test('the first word says what to soak, and the rest is for it', async (t) => {
  t.same(chooseSoak(['churn', '--cycles', '5']), { name: 'churn', rest: ['--cycles', '5'] })
  t.same(chooseSoak(['faults']), { name: 'faults', rest: [] })
})

t.test('without a word there are faults, with the flags that they have', async (t) => {
  t.same(chooseSoak([]), { name: 'faults', rest: [] })
  t.same(chooseSoak(['--minutes', '3']), { name: 'faults', rest: ['--minutes', '3'] })
})

t.test('a word that is none of them is refused with those that are', async (t) => {
  for (const word of ['churns', 'toString']) t.throws(() => chooseSoak([word]), { message: /expected one of faults, churn, floods/ })
})

t.test('the overview names all, and each can be loaded', async (t) => {
  for (const [name, { load }] of Object.entries(soakKinds)) {
    t.match(OVERVIEW, name)
    t.type(await load(), 'function', name)
  }
})
