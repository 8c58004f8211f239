import type { Frame } from './frame.ts'

/** Frames joined for one write. */
export interface Batch {
  readonly bytes: Buffer
  readonly messages: number
}

/**
 * Most bytes of one write, unless a single frame is larger. What a slow socket has taken is counted by whole batches,
 * so this is also how far its backlog may be overrated.
 */
export const MAX_BATCH_BYTES = 65_536

/** Joins frames, in order, into as few batches as {@link MAX_BATCH_BYTES} allows. */
export function joinFrames (frames: readonly Frame[]): Batch[] {
  const batches: Batch[] = []
  let start = 0
  let size = 0
  for (const [index, frame] of frames.entries()) {
    if (size > 0 && size + frame.length > MAX_BATCH_BYTES) {
      batches.push(toBatch(frames.slice(start, index)))
      start = index
      size = 0
    }
    size += frame.length
  }
  if (start < frames.length) batches.push(toBatch(start === 0 ? frames : frames.slice(start)))
  return batches
}

function toBatch (frames: readonly Frame[]): Batch {
  const [first] = frames
  const bytes = first !== undefined && frames.length === 1 ? first : Buffer.concat(frames)
  return { bytes, messages: frames.length }
}
