import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { NativeSink } from './native-sink.ts'
import { StreamSink } from './stream-sink.ts'

/** Where an outbox puts its bytes: they leave in the order written, at once or later. */
export interface ByteSink {
  /** True when there is room for more; otherwise the owner is told once there is. Never throws. */
  write (bytes: Buffer): boolean
}

/** Whose bytes they are. */
export interface SinkOwner {
  /** Everything written has been taken. */
  onTaken (): void
}

/**
 * The shortest way to a stream's peer that this Node offers. TLS encrypts later and would seem full after every write: there
 * so many bytes may wait in Node's own buffer.
 */
export function openSink (stream: Duplex, owner: SinkOwner, tlsBufferBytes: number): ByteSink {
  if (stream instanceof TLSSocket) return new StreamSink(stream, owner, tlsBufferBytes)
  return (stream instanceof Socket ? NativeSink.open(stream, owner) : undefined) ?? new StreamSink(stream, owner, 0)
}
