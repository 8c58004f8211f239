import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Connection } from '../../src/hub/connection.ts'
import { encodeTextFrame } from '../../src/hub/frame.ts'

/** Large enough that a few dozen fill the buffers of kernel and peer. */
const FILLER_BYTES = 60_000

/** Sends to a peer that does not read until its socket is full; returns how many frames it took. */
export async function stall (connection: Connection): Promise<number> {
  const filler = encodeTextFrame(JSON.stringify({ type: 'filler', payload: 'x'.repeat(FILLER_BYTES) }))
  let sent = 0
  while (connection.stalledSince === 0) {
    connection.deliver(filler)
    sent += 1
    await endOfTurn()
  }
  return sent
}
