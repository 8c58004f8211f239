import t from 'tap'
import { nearestName } from '../../config/nearest-name.ts'

const KNOWN = ['WS_PING_PERIOD', 'WS_PONG_WAIT', 'PORT']

t.test('a slip of one or two letters finds the name that was meant', async (t) => {
  for (const slip of ['WS_PING_PEROID', 'WS_PING_PERIO', 'WS_PINNG_PERIOD', 'WS_PING-PERIOD']) {
    t.equal(nearestName(slip, KNOWN), 'WS_PING_PERIOD', slip)
  }
})

t.test('a name that differs by more than two letters finds nothing', async (t) => {
  for (const name of ['WS_WORKERS', 'REDIS_URL', 'WS_PING', '']) t.equal(nearestName(name, KNOWN), undefined, name)
})

t.test('the nearest of several similar names is taken', async (t) => {
  t.equal(nearestName('WS_A1', ['WS_A22', 'WS_A2', 'WS_B22']), 'WS_A2')
})
