import { spawn } from 'node:child_process'
import type { Teardown } from '../../helper.ts'
import { CliProcess, cliPath } from '../../support/cli-process.ts'

/** A service as a process of its own. */
export interface StartedCommand {
  readonly service: CliProcess
  /** `http://127.0.0.1:port` */
  readonly address: string
}

/** Starts `wshub start` with nothing but these variables, under the names of whichever document; ends with the test. */
export async function startCommand (t: Teardown, env: Record<string, string>): Promise<StartedCommand> {
  const child = spawn(process.execPath, [cliPath, 'start'], { env })
  t.teardown(() => child.kill('SIGKILL'))
  const service = new CliProcess(child)
  return { service, address: await service.seen(/^listening on (http:\S+)$/m) }
}
