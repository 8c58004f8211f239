import { Type } from '@sinclair/typebox'
import t from 'tap'
import { validatorCompiler } from '../../routes/validator.ts'

const schema = Type.Object({ names: Type.Array(Type.String()), count: Type.Optional(Type.Integer()) })

t.test('of a body with a million flaws the first few are looked for', (t) => {
  const validate = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' })
  const names = new Array<unknown>(1_000_000).fill(0)
  let looked = 0
  Object.defineProperty(names, 100, { get () { looked += 1; return 0 } })
  const error = Object(validate({ names })).error
  t.match(error, [{ instancePath: '/names/0', message: 'Expected string' }, { instancePath: '/names/1' }])
  t.same([error.length, looked], [5, 0])
  t.end()
})

t.test('numbers of a query are read out of their text, those of a body are not', (t) => {
  const given = () => ({ names: [], count: '1' })
  t.same(validatorCompiler({ schema, method: 'GET', url: '/', httpPart: 'querystring' })(given()), { value: { names: [], count: 1 } })
  t.match(validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' })(given()), { error: [{ instancePath: '/count' }] })
  t.end()
})
