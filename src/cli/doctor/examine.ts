import { closeCodes } from '../../protocol/close-codes.ts'
import { CannotCheck, USER_LIMIT, type Check, type Need } from './check.ts'
import { explainFault } from './explain-fault.ts'
import { failed, skipped, type Finding } from './finding.ts'
import { LineEnded } from './line.ts'
import type { Visit } from './visit.ts'
import { within } from './within.ts'

/** A finding with the name of its check. */
export interface NamedFinding extends Finding {
  readonly check: string
}

/** How an examination is followed and ended. */
export interface Following {
  /** Gets each finding as soon as it is there. */
  readonly onFinding: (finding: NamedFinding) => void
  readonly signal: AbortSignal
}

/** A check makes several steps; more than so many time-outs for all of them is too long. */
const STEPS = 8
/** For connections that do not answer a close at the end, ms. */
const LAST_WORDS_MS = 1_000

/** Makes the checks one after the other; closes all connections at the end. Throws the reason of the signal once it is aborted. */
export async function examine (visit: Visit, checks: readonly Check[], { onFinding, signal }: Following): Promise<NamedFinding[]> {
  const findings: NamedFinding[] = []
  const stopped = new Promise<never>((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason), { once: true }) })
  try {
    for (const check of checks) {
      const finding = { check: check.name, ...await Promise.race([findingOf(check, visit), stopped]) }
      findings.push(finding)
      onFinding(finding)
    }
    return findings
  } finally {
    await visit.end(signal.aborted ? 0 : Math.min(visit.options.timeoutMs, LAST_WORDS_MS))
  }
}

async function findingOf (check: Check, visit: Visit): Promise<Finding> {
  const missing = missingFor(check.needs, visit)
  if (missing !== undefined) return skipped(missing)
  const { timeoutMs, idleMs = 0 } = visit.options
  // What waits in between keeps no process alive.
  const awake = setInterval(() => {}, timeoutMs)
  try {
    return await within(check.run(visit), STEPS * timeoutMs + idleMs, 'the end of the check')
  } catch (error) {
    if (error instanceof CannotCheck) return skipped(error.message)
    if (error instanceof LineEnded && error.ended.code === closeCodes.replaced.code) return skipped(USER_LIMIT)
    const { value, advice } = explainFault(error)
    return failed(value, advice)
  } finally {
    clearInterval(awake)
  }
}

/** What a check would need that is not there, in words. */
function missingFor (need: Need, { isReachable, way, greeting }: Visit): string | undefined {
  if (need === 'nothing') return undefined
  if (!isReachable) return 'the service cannot be reached'
  if (need === 'address') return undefined
  if (way === undefined) return 'there is no connection'
  return need === 'greeting' && greeting === undefined ? 'the connection is of no use' : undefined
}
