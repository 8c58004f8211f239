import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Check } from '../check.ts'
import { explainDialed, originAdvice } from '../explain.ts'
import { failed, ok, skipped } from '../finding.ts'
import { LineEnded } from '../line.ts'
import { greetingOf } from '../visit.ts'

/** May a page of the given origin connect, as a browser would? */
export const origin: Check = {
  name: 'origin',
  needs: 'greeting',
  async run (visit) {
    const { options: { origin: asked }, way = 'guest' } = visit
    if (asked === undefined) return skipped('not asked for: --origin')
    const dialed = await visit.dial(way, asked)
    if (dialed.kind !== 'open') {
      if (dialed.kind === 'broken' || dialed.answer.status !== 403) throw visit.refusal(dialed)
      const { value, advice } = explainDialed(dialed, visit)
      return failed(value, advice)
    }
    try {
      await greetingOf(dialed.line)
      await dialed.line.close()
      return ok(`${asked} may connect`)
    } catch (error) {
      const code = error instanceof LineEnded ? error.ended.code : undefined
      if (code === closeCodes.forbidden.code) return failed('closed as forbidden', originAdvice(visit))
      // The origin is looked at before the limits.
      if (code === closeCodes.rateLimit.code) return ok(`${asked} may connect, within the limits of the user`)
      throw error
    }
  }
}
