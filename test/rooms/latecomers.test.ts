import t from 'tap'
import { until, type TestService } from '../helper.ts'
import { enter, enterRoom, knock, startFlat } from '../documents/clients/flat-peer.ts'
import { makeGate } from '../support/gate.ts'

/** Keeps whoever enters a room from now on waiting; the others do not. */
function closeRoom ({ app }: TestService, closed: string): { readonly open: () => void, readonly asked: () => number } {
  const { presence } = app.relay.port
  const gate = makeGate()
  const enterNow = presence.enter.bind(presence)
  let asked = 0
  presence.enter = async (room, ...others) => {
    if (room === closed) {
      asked += 1
      await gate.opened
    }
    return await enterNow(room, ...others)
  }
  return { open: gate.open, asked: () => asked }
}

for (const [what, steps, expected] of [
  ['has left', ['leave_room'], []],
  ['has left and come back', ['leave_room', 'join_room'], ['chat']]
] as const) {
  t.test(`A tab that comes to where its user is ends up where the user is, also where it ${what} meanwhile`, async (t) => {
    const service = await startFlat(t)
    const ada = await enterRoom(t, service, 'ada', 'chat')
    const door = closeRoom(service, 'chat')
    const tab = await knock(t, service, 'ada')
    await until(() => door.asked() === 1)
    for (const type of steps) ada.say({ type, room: 'chat' })
    if (expected.length > 0) await until(() => door.asked() >= 2)
    else await ada.hearAll()
    door.open()
    await tab.hear()
    await ada.hearAll()
    t.same(service.app.hub.ofUser('ada').map(({ rooms }) => [...rooms.keys()]), [expected, expected])
    t.same((await service.app.rooms.list()).map(({ room, connections }) => ({ room, connections })), expected.map((room) => ({ room, connections: 2 })))
    const later = await enter(t, service, 'ada')
    t.same(await later.hearAll(), [])
  })
}
