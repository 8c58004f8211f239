import { once } from 'node:events'
import { monotonicMs } from '../../src/clock.ts'
import { connectAs, type Teardown, type TestService } from '../helper.ts'

/** The part of a tap test that a bystander's verdict needs. */
interface Verdict {
  ok (value: unknown, text: string): unknown
}

/** Somebody who does no harm while others do, and must not notice it. */
export interface Bystander {
  /** Asserts that the connection is there, and that each of its pings so far was answered in time. */
  check (t: Verdict): Promise<void>
  /** The longest that an answer took so far, ms. */
  readonly worstMs: number
}

/** How long an answer may take at most, ms. The goal is 100 (`npm run soak -- floods` has the percentiles); this allows for a busy machine, and for the test in the same process. */
const DEADLINE_MS = 2_000
const PAUSE_MS = 50

/** Connects a user who pings all the time; ends with the test. */
export async function startBystander (t: Teardown, service: Pick<TestService, 'address'>): Promise<Bystander> {
  const { socket, closed } = await connectAs(t, service, 'bystander')
  let worstMs = 0
  let hasEnded = false
  closed.then(() => { hasEnded = true }, () => {})
  const ping = async (): Promise<void> => {
    const sentAt = monotonicMs()
    const answered = once(socket, 'pong')
    socket.ping()
    await Promise.race([answered, closed])
    worstMs = Math.max(worstMs, monotonicMs() - sentAt)
  }
  const keepAsking = async (): Promise<void> => {
    while (socket.readyState === socket.OPEN) {
      await ping()
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS).unref() })
    }
  }
  // It cannot fail: an end shows in the check.
  keepAsking().catch(() => {})
  return {
    get worstMs () { return worstMs },
    async check (t) {
      if (!hasEnded) await ping()
      t.ok(!hasEnded, 'the bystander is still connected')
      t.ok(worstMs <= DEADLINE_MS, `each ping of the bystander was answered in time: ${worstMs.toFixed(0)} ms at most`)
    }
  }
}
