import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { errorText } from '../../error-text.ts'
import { shown } from '../answer.ts'
import type { Check } from '../check.ts'
import { failed, ok } from '../finding.ts'
import { hostOf } from '../host.ts'
import { within } from '../within.ts'

/** Does the name of the host lead anywhere? */
export const address: Check = {
  name: 'address',
  needs: 'nothing',
  async run (visit) {
    const { href, timeoutMs } = visit.options
    const host = hostOf(href)
    visit.hasAddress = isIP(host) !== 0
    if (visit.hasAddress) return ok(`${host}, no name to look up`)
    try {
      const found = await within(lookup(host, { all: true }), timeoutMs, 'an address')
      visit.hasAddress = true
      const addresses = [...new Set(found.map(({ address }) => address))]
      return ok(`${shown(host)} is ${addresses.join(', ')}`, { addresses })
    } catch (error) {
      return failed(shown(errorText(error)), 'The name of the host leads nowhere, as seen from this machine: see the spelling, its DNS record (A, AAAA), and the resolver.')
    }
  }
}
