import type { Teardown } from '../helper.ts'
import { linkRelays, type LinkedRelay } from './linked-relays.ts'
import { startHub, type TestHub, type TestHubOptions } from './test-hub.ts'

/** One of two nodes. */
export type LinkedHub = TestHub & { readonly relay: LinkedRelay }

/** Starts two hubs of one cluster; they end with the test. */
export async function startTwoHubs (t: Teardown, options: TestHubOptions = {}): Promise<[LinkedHub, LinkedHub]> {
  const [first, second] = linkRelays(t)
  if (first === undefined || second === undefined) throw new Error('expected two relays')
  return [
    { ...await startHub(t, { ...options, relay: first }), relay: first },
    { ...await startHub(t, { ...options, relay: second }), relay: second }
  ]
}
