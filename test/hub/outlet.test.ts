import t from 'tap'
import type { Duplex } from 'node:stream'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { Flusher } from '../../src/hub/flusher.ts'
import type { Frame } from '../../src/hub/frame.ts'
import { Outlet } from '../../src/hub/outlet.ts'
import { ValveStream } from '../support/valve-stream.ts'

/** A way out without a WebSocket: frames are their text and a space. */
class BareOutlet extends Outlet {
  closedAsSlow = 0
  slowNotes = 0

  static over (stream: Duplex, slowClient: 'close' | 'drop' = 'drop', messages = 8): BareOutlet {
    return new BareOutlet(stream, { flusher: new Flusher(), outbox: { messages, bytes: 1_000 }, slowClient })
  }

  override send (type: string, payload: unknown): boolean {
    return this.deliver(frameOf(`${type}${JSON.stringify(payload)}`))
  }

  override closeAsSlow (): void {
    this.closedAsSlow += 1
    this.shut()
  }

  protected override noteSlow (): void {
    this.slowNotes += 1
  }

  end (): void {
    this.shut()
  }

  closing (): void {
    this.stopTaking()
  }
}

const frameOf = (text: string): Frame => Buffer.from(`${text} `)
const at = (seq: number) => ({ epoch: 'e', seq })

function start (slowClient: 'close' | 'drop' = 'drop', messages = 1_000) {
  const stream = new ValveStream({ highWaterMark: 1 })
  return { stream, outlet: BareOutlet.over(stream, slowClient, messages) }
}

async function turns (count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await endOfTurn()
}

/** Fills the socket: the stream takes no more than what it has. */
async function fill (outlet: BareOutlet, stream: ValveStream): Promise<void> {
  stream.shut()
  while (outlet.stalledSince === 0) {
    outlet.deliver(frameOf('f'.repeat(1_000)))
    await turns(1)
  }
}

t.test('what has a number in a held topic waits; everything else passes', async (t) => {
  const { outlet, stream } = start()
  const hold = outlet.holdTopic('a')
  t.ok(outlet.isHeldBy(hold))
  t.ok(outlet.deliver(frameOf('a1'), 'a', at(1)))
  outlet.deliver(frameOf('b1'), 'b', at(1))
  outlet.deliver(frameOf('notice'), 'a')
  outlet.deliver(frameOf('reply'))
  await turns()
  t.equal(stream.text, 'b1 notice reply ')
  t.match(hold.take(), { position: { seq: 1 } })
  outlet.letPass(hold)
  outlet.deliver(frameOf('a2'), 'a', at(2))
  await turns()
  t.equal(stream.text, 'b1 notice reply a2 ')
})

t.test('a hold ends when the topic is left, another takes its place, or the connection ends', async (t) => {
  const { outlet } = start()
  const first = outlet.holdTopic('a')
  const second = outlet.holdTopic('a')
  t.same([outlet.isHeldBy(first), outlet.isHeldBy(second)], [false, true])
  outlet.letPass(first)
  t.ok(outlet.isHeldBy(second))
  outlet.endHold('b')
  outlet.endHold('a')
  t.notOk(outlet.isHeldBy(second))
  const third = outlet.holdTopic('a')
  outlet.closing()
  t.notOk(outlet.isHeldBy(third), 'nothing may follow a close frame')
  outlet.end()
  t.notOk(outlet.isHeldBy(third))
})

t.test('the past is written in portions, all topics together, each when the socket has taken the one before', async (t) => {
  const { outlet, stream } = start()
  await fill(outlet, stream)
  t.ok(outlet.roomForPast(), 'none in a full socket')
  stream.open()
  await turns()
  t.equal(outlet.roomForPast(), undefined)
  let written = 0
  for (; outlet.roomForPast() === undefined; written += 1) outlet.deliverPast(frameOf('p'))
  t.equal(written, 32)
  t.equal(outlet.roomForPast(), outlet.roomForPast(), 'all wait for the same')
  await outlet.roomForPast()
  t.equal(outlet.roomForPast(), undefined)
})

t.test('a portion is half a small send buffer, in frames and in bytes, and never nothing', async (t) => {
  const portion = (outlet: BareOutlet, frame: Frame): number => {
    let written = 0
    for (; outlet.roomForPast() === undefined; written += 1) outlet.deliverPast(frame)
    return written
  }
  t.equal(portion(start('drop', 8).outlet, frameOf('p')), 4)
  t.equal(portion(start('drop', 1).outlet, frameOf('p')), 1)
  t.equal(portion(start().outlet, Buffer.alloc(200)), 3)
  t.equal(portion(start().outlet, Buffer.alloc(5_000)), 1)
})

t.test('room for the past is waited for while the socket is full, not only for a turn', async (t) => {
  const { outlet, stream } = start()
  await fill(outlet, stream)
  let waited = 0
  const room = outlet.roomForPast()?.then(() => { waited += 1 })
  await turns(10)
  t.equal(waited, 0)
  stream.open()
  await room
  t.equal(outlet.roomForPast(), undefined)
})

t.test('the end of the connection ends the waiting', async (t) => {
  const { outlet, stream } = start()
  await fill(outlet, stream)
  const room = outlet.roomForPast()
  await turns()
  outlet.end()
  await room
  t.equal(outlet.roomForPast(), undefined)
})

t.test('a hold that overflows closes, or notes what it dropped and says so once', async (t) => {
  const closing = start('close', 2)
  closing.outlet.holdTopic('a')
  t.same([1, 2, 3, 4].map((seq) => closing.outlet.deliver(frameOf('x'), 'a', at(seq))), [true, true, false, false])
  t.equal(closing.outlet.closedAsSlow, 1)
  const dropping = start('drop', 2)
  const hold = dropping.outlet.holdTopic('a')
  t.same([1, 2, 3, 4].map((seq) => dropping.outlet.deliver(frameOf('x'), 'a', at(seq))), [true, true, false, false])
  t.match([hold.take(), hold.take(), hold.take()], [{ position: { seq: 1 } }, { position: { seq: 2 } }, { from: 3, to: 4 }])
  t.same([dropping.outlet.slowNotes, dropping.outlet.closedAsSlow], [1, 0])
  dropping.outlet.letPass(hold)
  t.ok(dropping.outlet.deliver(frameOf('x'), 'a', at(5)), 'the topic goes on')
})

t.test('what the relay has lost is told now, behind what is held, or when there is room', async (t) => {
  const gap = { topic: 'a', from_seq: 2, to_seq: 3 }
  const { outlet, stream } = start('drop', 2)
  outlet.tellGap(gap)
  await turns()
  t.equal(stream.text, `gap${JSON.stringify(gap)} `)
  const hold = outlet.holdTopic('a')
  outlet.tellGap(gap)
  t.match(hold.take(), { from: 2, to: 3 })
  outlet.letPass(hold)
  await fill(outlet, stream)
  outlet.tellGap(gap)
  outlet.deliver(frameOf('x'), 'a', at(4))
  outlet.tellGap({ ...gap, from_seq: 5, to_seq: 9 })
  stream.open()
  await turns()
  t.ok(stream.text.endsWith(`gap${JSON.stringify({ ...gap, to_seq: 9 })} `), stream.text.slice(-80))
  outlet.end()
  outlet.tellGap(gap)
  t.equal(outlet.closedAsSlow, 0)
})
