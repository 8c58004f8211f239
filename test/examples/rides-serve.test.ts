import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { connect as connectSdk } from 'wshub/client'
import type { PassengerEvents } from '../../examples/rides/messages.ts'
import { nextMessage } from '../../examples/shared/next-message.ts'
import { connect } from '../client.ts'
import { runExample } from './run-example.ts'

t.test('with --serve the service runs alone: a driver by hand as it prints, a passenger by the SDK, in one ride', async (t) => {
  const example = runExample(t, ['rides', '--serve', '--port', '0'])
  const url = await example.seen(/wscat -c "(ws:\S+)\/ws\?dialect=notify\.v1"/)
  await example.seen(/Ctrl-C ends it/)
  const [dee = '', ada = ''] = [...example.stdout.matchAll(/Bearer ([^"]+)"/g)].map(([, token]) => token)

  const hub = connectSdk<PassengerEvents>(`${url}/ws`, { token: ada, WebSocket })
  t.teardown(() => hub.close())
  await hub.ready()
  const driver = connect(t, url, { path: '/ws?dialect=notify.v1', headers: { authorization: `Bearer ${dee}` }, checksFrames: false })
  await once(driver.socket, 'open')
  const available = nextMessage(hub, 'driver_availability')
  driver.send({ type: 'location_update', data: { latitude: 1, longitude: 2 } })
  driver.send({ type: 'beacon_update', data: { is_active: true } })
  t.match(await available, { payload: { driver_id: 'dee', is_active: true } })

  const pickedUp = nextMessage(hub, 'ride_pickup')
  await hub.request('finder_update', { is_active: true, pickup: { latitude: 1, longitude: 2 } })
  const parties = { match_id: 'match-1', driver_id: 'dee', passenger_id: 'ada' }
  t.strictSame(await driver.next(), { type: 'match_proposal', data: { ...parties, pickup: { latitude: 1, longitude: 2 }, answer_within_ms: 15_000 } })
  driver.send({ type: 'match_confirm', data: { match_id: 'match-1', accepted: true } })
  t.match(await pickedUp, { payload: { ...parties, ride_id: 'ride-1', room: 'trip:ride-1' } })
  t.match(await driver.next(), { type: 'ride_pickup', data: { ride_id: 'ride-1' } })

  example.kill('SIGTERM')
  t.match(await example.finished(), { code: 0, stdout: /SIGTERM: saying goodbye/ })
})
