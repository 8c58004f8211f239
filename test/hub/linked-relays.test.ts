import t from 'tap'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import type { BuildOptions } from '../contracts/relay-node.ts'
import { linkRelays } from '../support/linked-relays.ts'
import type { Teardown } from '../helper.ts'

/** The double of a cluster must do what every relay does, or the tests with it say nothing. */
async function build (t: Teardown, options?: BuildOptions) {
  const [relay, second] = linkRelays(t, 2, options)
  if (relay === undefined || second === undefined) throw new Error('expected two relays')
  return { relay, second }
}

relayContract(t, build)
presenceContract(t, build)
