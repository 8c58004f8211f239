/** An event of another system, as its source hands it over. */
export interface IncomingEvent {
  /** What it is about; rules choose by it. */
  readonly subject: string
  /** Its name as its publisher gave it, or else its place: a repetition has the same. At most 64 characters. */
  readonly id: string
  /** Where it lies in the source, for whoever looks for it there; no two events share one. */
  readonly position: string
  readonly body: Uint8Array
  /** How often it has been handed over, this time included. */
  readonly attempt: number
}

/** What the source is to do about an event. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Hand it over again, not before the delay, ms. */
  | { readonly kind: 'retry', readonly afterMs: number }
  /** Never hand it over again. */
  | { readonly kind: 'dead', readonly reason: string }

/** Decides about an event; never rejects. Called in the order of arrival, without waiting for the verdict on the one before. */
export type HandleEvent = (event: IncomingEvent) => Promise<Verdict>

/** How a source fares. */
export interface SourceStatus {
  readonly consuming: boolean
  /** Why it does not, where that is known. */
  readonly problem?: string
}

/**
 * Where events of other systems come from. Each is handed over until there is a verdict other than `retry`, perhaps once more after it; on
 * one node of those that share the source. No more of them are without a verdict than the source was told to allow.
 */
export interface IngestSource {
  /** Begins to hand over events and goes on by itself, whatever happens to the other system. Returns at once. */
  start (handle: HandleEvent): void
  status (): SourceStatus
  /** Hands over nothing more, waits a while for the verdicts under way, and lets go of the other system. Never rejects. */
  stop (): Promise<void>
}
