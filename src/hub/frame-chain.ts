import { joinFrames, type Batch } from './batch.ts'
import type { Frame } from './frame.ts'

/** More kinds of receivers (by dialect, compressed or not) are hardly in one room; any beyond get the same bytes, joined anew. */
const MAX_KINDS = 16

/**
 * Frames waiting in a certain order, as the last of them with those before it. Connections that wait for the same frames hold the
 * same chain: adding a frame costs each no more than a step along it, and its bytes are joined once for all.
 */
export class FrameChain {
  readonly messages: number
  readonly bytes: number
  readonly #frame: Frame | undefined
  readonly #before: FrameChain | undefined
  /** The step taken last from here. */
  #newest: FrameChain | undefined
  /** The step taken from the same place before this one was. */
  #older: FrameChain | undefined
  #batches: readonly Batch[] | undefined

  /** Without a frame: the chain that all others begin with. */
  constructor (frame?: Frame, before?: FrameChain) {
    this.messages = before === undefined ? 0 : before.messages + 1
    this.bytes = (before?.bytes ?? 0) + (frame?.length ?? 0)
    this.#frame = frame
    this.#before = before
  }

  /** The chain with one more frame. A message goes to all its receivers before the next one comes, so few steps need looking at. */
  add (frame: Frame): FrameChain {
    let step = this.#newest
    for (let kinds = 0; step !== undefined && kinds < MAX_KINDS; kinds += 1) {
      if (step.#frame === frame) return step
      step = step.#older
    }
    const next = new FrameChain(frame, this)
    next.#older = this.#newest
    this.#newest = next
    return next
  }

  /** All its frames, joined. */
  get batches (): readonly Batch[] {
    this.#batches ??= joinFrames(this.#frames())
    return this.#batches
  }

  #frames (): Frame[] {
    const frames: Frame[] = []
    for (let chain: FrameChain | undefined = this; chain !== undefined; chain = chain.#before) {
      if (chain.#frame !== undefined) frames.push(chain.#frame)
    }
    return frames.reverse()
  }
}
