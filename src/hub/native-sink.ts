import type { Socket } from 'node:net'
import { isRecord } from '../guards.ts'
import type { ByteSink, SinkOwner } from './byte-sink.ts'

/** What libuv knows of a socket, as `net.Socket` holds it. */
interface NativeHandle {
  /** Returns 0 or a negative error of libuv. */
  writeBuffer (request: WriteRequest, bytes: Uint8Array): number
}

/** A write that the kernel has not taken yet. */
interface WriteRequest {
  /** Keeps the bytes alive meanwhile. */
  buffer?: Uint8Array
  oncomplete?: (status: number) => void
}

/** The part of Node under all its sockets. */
interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  /** What the last write came to: filled in anew by each. */
  readonly streamBaseState: ArrayLike<number>
  /** Place in it that tells whether the kernel left something over. */
  readonly kLastWriteWasAsync: number
}

const streamWrap = findStreamWrap()

/**
 * Writes to the kernel without going through Node's stream, whose state is most of what a small write costs beside the system
 * call (README, Figures). Neither the handle nor the binding is documented, both have been the same from Node 10 to 24:
 * where one is missing there is no such sink.
 *
 * What ws writes through the stream (pings, pongs, the close frame) keeps its place: both ways end in libuv's one queue.
 */
export class NativeSink implements ByteSink {
  readonly #wrap: StreamWrap
  readonly #handle: NativeHandle
  readonly #socket: Socket
  readonly #owner: SinkOwner
  #writesInFlight = 0

  private constructor (wrap: StreamWrap, handle: NativeHandle, socket: Socket, owner: SinkOwner) {
    this.#wrap = wrap
    this.#handle = handle
    this.#socket = socket
    this.#owner = owner
  }

  /** A sink for a connected plain socket; undefined where this Node does not let us. */
  static open (socket: Socket, owner: SinkOwner): NativeSink | undefined {
    const handle: unknown = Reflect.get(socket, '_handle')
    return streamWrap !== undefined && isNativeHandle(handle) ? new NativeSink(streamWrap, handle, socket, owner) : undefined
  }

  write (bytes: Buffer): boolean {
    const request = takeSpare(this.#wrap)
    const failed = this.#handle.writeBuffer(request, bytes) !== 0
    if (failed) this.#socket.destroy()
    if (failed || this.#wrap.streamBaseState[this.#wrap.kLastWriteWasAsync] === 0) {
      // Node has not touched it: it serves the next write, of whatever socket.
      spare = request
      return true
    }
    request.buffer = bytes
    request.oncomplete = (status) => this.#onComplete(status)
    this.#writesInFlight += 1
    return false
  }

  #onComplete (status: number): void {
    this.#writesInFlight -= 1
    if (status < 0) this.#socket.destroy()
    else if (this.#writesInFlight === 0) this.#owner.onTaken()
  }
}

let spare: WriteRequest | undefined

function takeSpare ({ WriteWrap }: StreamWrap): WriteRequest {
  const request = spare ?? new WriteWrap()
  spare = undefined
  return request
}

function findStreamWrap (): StreamWrap | undefined {
  const binding: unknown = Reflect.get(process, 'binding')
  if (typeof binding !== 'function') return undefined
  try {
    const found: unknown = binding.call(process, 'stream_wrap')
    return isStreamWrap(found) ? found : undefined
  } catch {
    // Node's permission model keeps it to itself.
    return undefined
  }
}

function isStreamWrap (value: unknown): value is StreamWrap {
  if (!isRecord(value)) return false
  const { WriteWrap, streamBaseState, kLastWriteWasAsync } = value
  return typeof WriteWrap === 'function' && streamBaseState instanceof Int32Array && typeof kLastWriteWasAsync === 'number'
}

function isNativeHandle (value: unknown): value is NativeHandle {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'writeBuffer') === 'function'
}
