import type { CliCommand } from './world.ts'

interface CommandEntry {
  readonly summary: string
  /** Each is loaded only when it runs, so that none waits for what another needs. */
  readonly load: () => Promise<{ readonly command: CliCommand }>
}

/** All commands, in the order of the overview. */
export const commands = {
  start: { summary: 'runs the service', load: () => import('./start.ts') },
  token: { summary: 'signs a token with JWT_SECRET', load: () => import('./token.ts') },
  client: { summary: 'talks to a service line by line, also in a pipe', load: () => import('./client.ts') },
  'check-config': { summary: 'checks the settings and shows the effective ones', load: () => import('./check-config.ts') },
  bench: { summary: 'puts a load on a running service and reports how it copes', load: () => import('./bench.ts') },
  doctor: { summary: 'examines a running deployment from outside and says what is wrong', load: () => import('./doctor/command.ts') }
} as const satisfies Record<string, CommandEntry>

/** The name of a command. */
export type CommandName = keyof typeof commands

/** True for the names of the table. */
export function isCommandName (name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
