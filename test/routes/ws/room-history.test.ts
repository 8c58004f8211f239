import t from 'tap'
import { getJson, memberOf, startService, tokenFor, type Teardown } from '../../helper.ts'

async function start (t: Teardown, env: Record<string, string> = {}) {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', ...env })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const headers = { authorization: `Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}` }
  const history = async (query = '', room = 'hall') => await getJson(service, `/ws/rooms/${room}/history${query}`, { headers })
  const seqs = async (query: string): Promise<unknown> => {
    const { body: { messages, more } } = await history(query)
    return [(messages as Array<{ seq: number }>).map(({ seq }) => seq), more]
  }
  return { service, ada, history, seqs }
}

t.test('an administrator reads what was said in a room, as it was said', async (t) => {
  const { ada, history } = await start(t)
  const { payload: { epoch } } = await ada.request({ type: 'send_message', room: 'hall', id: 'i1', payload: { content: 'ж€😀', deep: [1e3, null] } })
  t.match(await history(), {
    status: 200,
    body: {
      room: 'hall',
      epoch,
      seq: 1,
      more: false,
      messages: [{ type: 'new_message', id: 'i1', room: 'hall', payload: { content: 'ж€😀', deep: [1000, null] }, sender: { id: 'ada', name: 'ada' }, timestamp: /Z$/, seq: 1 }]
    }
  })
})

t.test('pages go forwards from a number, backwards from another, and from the end', async (t) => {
  const { ada, seqs } = await start(t, { WS_HISTORY_SIZE: '8' })
  for (let count = 0; count < 10; count += 1) await ada.request({ type: 'send_message', room: 'hall', payload: { content: 'x' } })
  t.same(await seqs('?limit=3'), [[8, 9, 10], true])
  t.same(await seqs('?limit=3&before=8'), [[5, 6, 7], true])
  t.same(await seqs('?limit=3&before=5'), [[3, 4], false])
  t.same(await seqs('?limit=3&after=0'), [[3, 4, 5], true])
  t.same(await seqs('?limit=3&after=8'), [[9, 10], false])
  t.same(await seqs('?after=5&before=7'), [[6], false])
})

t.test('when everybody has gone it can still be read; a room in which nothing was and nobody is, is not there', async (t) => {
  const { ada, history } = await start(t)
  t.match(await history(), { status: 200, body: { messages: [], seq: 0 } }, 'somebody is there')
  await ada.request({ type: 'send_message', room: 'hall', payload: { content: 'x' } })
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.match(await history(), { status: 200, body: { messages: [{ seq: 1 }] } })
  t.match(await history('', 'nowhere'), { status: 404, body: { code: 'NOT_FOUND' } })
})

t.test('bounds that are none are refused, and named', async (t) => {
  const { history } = await start(t)
  for (const query of ['limit=0', 'limit=1001', 'limit=1e2', 'before=0', 'before=x', 'after=-1', 'after=1.5', 'after=99999999999999999']) {
    t.match(await history(`?${query}`), { status: 400, body: { code: 'INVALID_PAYLOAD', error: new RegExp(query.split('=')[0] ?? '') } }, query)
  }
  t.match(await history('', 'a*'), { status: 400, body: { code: 'INVALID_ROOM' } })
})
