import type { HandleEvent, IncomingEvent, Verdict } from '../../src/ingest/ingest-source.ts'

/** What to do about an event; waits as long as it likes. */
export type Judge = (event: IncomingEvent) => Verdict | Promise<Verdict>

const decoder = new TextDecoder()

/** Keeps what a source hands over, and judges as a test wants it. */
export class Collector {
  readonly events: IncomingEvent[] = []
  /** Events without a verdict at this moment. */
  open = 0
  /** Most of them at any moment. */
  mostOpen = 0
  judge: Judge

  constructor (judge: Judge = () => ({ kind: 'done' })) {
    this.judge = judge
  }

  readonly handle: HandleEvent = async (event) => {
    this.events.push(event)
    this.open += 1
    this.mostOpen = Math.max(this.mostOpen, this.open)
    try {
      return await this.judge(event)
    } finally {
      this.open -= 1
    }
  }

  /** The bodies as texts, in the order in which they came. */
  get bodies (): string[] {
    return this.events.map(({ body }) => decoder.decode(body))
  }
}
