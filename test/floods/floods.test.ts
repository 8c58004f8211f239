import t from 'tap'
import { frameFloods } from './frame-floods.ts'
import { requestFloods } from './request-floods.ts'
import { expectGoals } from './short-floods.ts'

t.test('a4, a5, a6, a9, a10, c3, c5, c12, c15, c16, c19: floods of frames cost little memory, and a bystander hardly notices them', { timeout: 300_000 }, async (t) => {
  await expectGoals(t, [...frameFloods, ...requestFloods])
})
