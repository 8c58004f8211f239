import { Flusher } from '../../src/hub/flusher.ts'
import { Outbox } from '../../src/hub/outbox.ts'
import { ValveStream } from './valve-stream.ts'

/** The owner of an outbox as it sees it. */
export class FakeOwner {
  isOpen = true
  /** How often the outbox has said that the socket has room again. */
  drained = 0

  onDrained (): void {
    this.drained += 1
  }
}

/** An outbox over a stream that can be shut. */
export function makeOutbox ({ messages = 256, bytes = 1_048_576, flusher = new Flusher() } = {}) {
  const stream = new ValveStream()
  const owner = new FakeOwner()
  const outbox = new Outbox(stream, flusher, { messages, bytes }, owner)
  return { outbox, stream, owner }
}
