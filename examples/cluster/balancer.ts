import type { ChildProcess } from 'node:child_process'

/** How instances are balanced: by HAProxy, or by a small balancer in this process. */
export type BalancerKind = 'haproxy' | 'own'

/** Where a balancer listens and what it deals connections out to. */
export interface BalancerOptions {
  /** Of 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** `http://127.0.0.1:port` of each instance. */
  readonly targets: readonly string[]
}

/** A balancer that takes connections. */
export interface Balancer {
  readonly kind: BalancerKind
  /** `http://127.0.0.1:port` */
  readonly address: string
  /** Undefined when it runs in this process. */
  readonly process: ChildProcess | undefined
  /** Takes nobody any more; open connections stay. */
  close: () => void
  /** Cuts what is still open, and resolves when all is gone. */
  stop: () => Promise<void>
}
