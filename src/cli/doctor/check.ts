import type { Finding } from './finding.ts'
import type { Visit } from './visit.ts'

/** What has to be there before a check makes sense; each includes those before it. */
export type Need = 'nothing' | 'address' | 'connection' | 'greeting'

/** One question about a deployment. */
export interface Check {
  /** Shown in the report and its JSON. */
  readonly name: string
  readonly needs: Need
  /** Resolves to what it found. What it throws counts as failed, a {@link CannotCheck} as skipped. */
  run (visit: Visit): Promise<Finding>
}

/** Why checks that need several connections cannot be made. */
export const USER_LIMIT = 'the user may not have the connections that it takes (WS_MAX_CONNECTIONS_PER_USER)'

/** A check cannot be made here, which says nothing about the deployment; the text is why. */
export class CannotCheck extends Error {
  override readonly name = 'CannotCheck'
}
