import type { Check } from '../check.ts'
import { skipped } from '../finding.ts'
import { inspectToken } from '../token-facts.ts'

/** Could the token be accepted at all? Nothing of it leaves this machine for that. */
export const token: Check = {
  name: 'token',
  needs: 'nothing',
  async run (visit) {
    const { token: text } = visit.options
    if (text === undefined) return skipped('none given: --token, or the variable WSHUB_TOKEN')
    const finding = inspectToken(text, Date.now())
    if (finding.status !== 'ok') visit.tokenProblem = finding.value
    return finding
  }
}
