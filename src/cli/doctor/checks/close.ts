import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Check } from '../check.ts'
import { failed, ok, warning } from '../finding.ts'
import type { Ended, Line } from '../line.ts'
import type { Visit } from '../visit.ts'
import { within } from '../within.ts'

const ADVICE = 'Something on the way ends connections in its own way, so that clients do not learn why (4001: a new token; 4003: banned; 1012: come back): it must pass close frames ' +
  'on to both sides, and not cut a connection as soon as one has been seen.'

/** Do both sides' close codes get through? The service closes with one of its own when it gets a binary frame. */
export const close: Check = {
  name: 'close',
  needs: 'greeting',
  async run (visit) {
    const ofService = await refused((await visit.connect()).line, visit)
    const { code: expected } = closeCodes.binaryNotWanted
    if (ofService.code !== expected) return failed(`a close with ${expected} arrives as ${ofService.code}`, ADVICE)
    const ofClient = await (await visit.connect()).line.close()
    if (ofClient.code !== closeCodes.normal.code) return warning(`a close with ${closeCodes.normal.code} is answered with ${ofClient.code}`, ADVICE)
    return ok(`${expected} of the service and ${closeCodes.normal.code} of the client get through`)
  }
}

async function refused (line: Line, { options: { timeoutMs } }: Visit): Promise<Ended> {
  line.send(Buffer.from('binary'))
  return await within(line.ended, timeoutMs, 'the close frame of the service')
}
