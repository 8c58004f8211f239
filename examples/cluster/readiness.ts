const CHECK_PERIOD_MS = 500
const CHECK_TIMEOUT_MS = 1_000

/** Knows which instances may get traffic, by asking each of them twice a second. */
export class Readiness {
  readonly #ready = new Set<string>()
  readonly #targets: readonly string[]
  readonly #timer: NodeJS.Timeout

  /** Watches until {@link stop}; knows of nobody being ready before the first {@link check}. */
  constructor (targets: readonly string[]) {
    this.#targets = targets
    this.#timer = setInterval(() => this.check(), CHECK_PERIOD_MS)
  }

  isReady (target: string): boolean {
    return this.#ready.has(target)
  }

  /** Asks everybody now. */
  async check (): Promise<void> {
    await Promise.all(this.#targets.map(async (target) => {
      if (await answersReady(target)) this.#ready.add(target)
      else this.#ready.delete(target)
    }))
  }

  /** An instance turned out to be gone: it gets nothing until a check finds it again. */
  failed (target: string): void {
    this.#ready.delete(target)
  }

  stop (): void {
    clearInterval(this.#timer)
  }
}

async function answersReady (target: string): Promise<boolean> {
  try {
    const response = await fetch(`${target}/health/ready`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}
