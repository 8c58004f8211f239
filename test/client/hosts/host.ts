import type { Teardown } from '../../helper.ts'
import type { Agent, Form } from '../agent.ts'

/** A command of an agent, and what it gives back. */
export type Command = { [K in keyof Agent]: Agent[K] extends (...args: never[]) => unknown ? K : never }[keyof Agent]
export type Arguments<K extends Command> = Parameters<Agent[K]>
export type Result<K extends Command> = Awaited<ReturnType<Agent[K]>>

/** An agent that runs in a host. */
export interface AgentHandle {
  /** Runs a command there; rejects when it throws. */
  call<K extends Command> (command: K, ...args: Arguments<K>): Promise<Result<K>>
  /** Stops all that runs there, as a laptop does whose lid is shut. */
  freeze (): Promise<void>
  thaw (): Promise<void>
  /** Tells the program that it has no network, or has it again, where the platform does so. */
  setOffline (isOffline: boolean): Promise<void>
  /** Ends it, by itself when nothing is left to do there; rejects otherwise where that can be seen. */
  end (): Promise<void>
}

/** Where the client runs. */
export interface Host {
  readonly name: string
  /** How its hubs speak. */
  readonly form: Form
  /** True where the platform tells of network and sleep. */
  readonly isPage: boolean
  /** Starts an agent; ends it with the test. One that is alone can be frozen or taken off the network without others. */
  open (t: Teardown, options?: { readonly isAlone?: boolean }): Promise<AgentHandle>
}
