import type { FastifyRequest } from 'fastify'
import { toHubError } from '../src/errors.ts'
import { HttpError } from '../src/http-error.ts'
import type { Target } from '../src/hub/targets.ts'
import { adminOf } from './require-admin.ts'

/** What an administrator does, and to whom; all that is given is named in the line. */
export interface AdminAct {
  readonly action: 'broadcast' | 'publish' | 'disconnect' | 'ban' | 'unban' | 'ban_token' | 'unban_token'
  /** Whom it is done to, where that is one user. */
  readonly user_id?: string
  readonly [field: string]: unknown
}

/** Names of each kind that a line shows: a target may have thousands. */
const MAX_NAMES = 10
/** Longest part of a name that a line shows. */
const MAX_NAME_UNITS = 256

/**
 * Does what an administrator asks for, and writes one line of the logger `audit` when it is done or has failed, whoever still waits for
 * the answer. `outcomeOf` says what came of it. Throws what `work` throws.
 */
export async function audited<T> (request: FastifyRequest, act: AdminAct, work: () => T | Promise<T>, outcomeOf: (result: T) => object): Promise<T> {
  const log = request.log.child({ logger: 'audit' })
  const { action, ...target } = act
  const fields = { action, admin_id: adminOf(request), ip: request.ip, ...target }
  try {
    const result = await work()
    log.info({ ...fields, outcome: 'done', ...outcomeOf(result) }, 'admin action')
    return result
  } catch (error) {
    log.warn({ ...fields, ...failureOf(error) }, 'admin action failed')
    throw error
  }
}

/** Whom a message is for, short enough for a line of the log: `all`, or of each kind the first names, and how many there are in all. */
export function shownTarget (target: Target | undefined): object {
  if (target === undefined) return { target: 'all' }
  const kinds = Object.entries(target).map(([kind, names]) => [kind, namesOf(names)] as const).filter(([, names]) => names.length > 0)
  return {
    target: Object.fromEntries(kinds.map(([kind, names]) => [kind, names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_UNITS))])),
    target_size: kinds.reduce((total, [, names]) => total + names.length, 0)
  }
}

function namesOf (names: unknown): readonly string[] {
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** A refusal by its code alone; a fault, of which something may have been done already, in full. */
function failureOf (error: unknown): object {
  const { code, statusCode } = error instanceof HttpError ? error : toHubError(error)
  return { outcome: statusCode < 500 ? 'refused' : 'failed', error_code: code, ...(statusCode >= 500 && { err: error }) }
}
