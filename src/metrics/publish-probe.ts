import { monotonicMs } from '../clock.ts'
import { toOutbound } from '../hub/event.ts'
import type { Relay } from '../relay/relay.ts'

/** Seconds that the relay takes to confirm a notice that is for nobody; undefined while it is not ready, or when it could not confirm it. */
export async function probePublish (relay: Pick<Relay, 'nodeId' | 'publish' | 'status'>): Promise<number | undefined> {
  if (!relay.status().ready) return undefined
  const startedMs = monotonicMs()
  try {
    await relay.publish({ topics: [`probe:${relay.nodeId}`], event: toOutbound({ type: 'probe' }), ephemeral: true })
  } catch {
    return undefined
  }
  return (monotonicMs() - startedMs) / 1_000
}
