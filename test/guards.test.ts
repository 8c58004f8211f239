import t from 'tap'
import { isObject, isRecord } from '../src/guards.ts'

t.test('objects and arrays are objects, null and texts are not', async (t) => {
  t.strictSame([{}, [], Object.create(null)].map(isObject), [true, true, true])
  t.strictSame([null, undefined, '', 0, () => {}].map(isObject), [false, false, false, false, false])
})

t.test('a record is an object that is no array', async (t) => {
  t.strictSame([{}, Object.create(null), [], null, 'x'].map(isRecord), [true, true, false, false, false])
})
