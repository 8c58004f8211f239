import t from 'tap'
import { BackOff } from './back-off.ts'
import { Heartbeat } from './heartbeat.ts'
import { Random } from './random.ts'

class Highest extends Random {
  override next (): number {
    return 1
  }
}

t.test('pauses double up to a second, and begin anew after a connection', async (t) => {
  const backOff = new BackOff(new Highest(0))
  t.strictSame(Array.from({ length: 8 }, () => backOff.next()), [20, 40, 80, 160, 320, 640, 1_000, 1_000])
  backOff.reset()
  t.equal(backOff.next(), 20)
})

t.test('the hint of a node counts once', async (t) => {
  const backOff = new BackOff(new Highest(0))
  backOff.hintMs = 300
  t.equal(backOff.next(), 300)
  t.equal(backOff.next(), 40)
})

t.test('one ping at a time, a second after the other', async (t) => {
  const heartbeat = new Heartbeat()
  heartbeat.begin(100)
  t.notOk(heartbeat.takeTurn(900))
  t.equal(heartbeat.unansweredSince, Infinity)
  t.ok(heartbeat.takeTurn(1_200))
  t.equal(heartbeat.unansweredSince, 1_200)
  t.notOk(heartbeat.takeTurn(5_000))
  heartbeat.pong(5_001)
  t.ok(heartbeat.takeTurn(5_002))
})
