import { tokenFor, type Claims } from '../helper.ts'
import { cli } from './cli-world.ts'

/** One check of a report. */
export interface CheckReport {
  readonly check: string
  readonly status: string
  readonly value: string
  readonly advice?: string
  readonly data?: Record<string, unknown>
}

/** What the doctor said. */
export interface DoctorReport {
  readonly code: number
  readonly status: string
  readonly checks: Readonly<Record<string, CheckReport>>
  /** Names of the checks that came to each status. */
  readonly failed: readonly string[]
  readonly warnings: readonly string[]
}

/** Address of the socket of a service. */
export function socketOf ({ address }: { readonly address: string }): string {
  return `${address.replace('http', 'ws')}/ws`
}

/** Examines an address as a user (by claims, or with a token as it is; null: without any). */
export async function doctor (url: string, who: Claims | string | null = { sub: 'ada' }, flags: readonly string[] = []): Promise<DoctorReport> {
  const token = typeof who === 'string' || who === null ? who : await tokenFor(who)
  const { code, stdout } = await cli(['doctor', '--url', url, '--json', ...flags], token === null ? {} : { WSHUB_TOKEN: token })
  const { status, checks }: { status: string, checks: CheckReport[] } = JSON.parse(stdout)
  const named = (wanted: string) => checks.filter((check) => check.status === wanted).map(({ check }) => check)
  return { code, status, checks: Object.fromEntries(checks.map((check) => [check.check, check])), failed: named('failed'), warnings: named('warning') }
}
