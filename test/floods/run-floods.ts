import { Bystander } from '../../bench/load/bystander.ts'
import { tokenFor, type Teardown } from '../helper.ts'
import { allFloods } from './floods.ts'
import { startFlooded } from './flooded-service.ts'
import type { Flood } from './flood.ts'
import { measureFlood, type FloodPlan, type FloodReport } from './measure-flood.ts'

/** Networks of loopback addresses that the floods come from begin here. */
const FIRST_NETWORK = 10
/** Pings count against the rate of messages: far below it, so that they may pile up for a while. */
const PING_PERIOD_MS = 40

/** Starts the service, and floods it with one after the other; each is told of as soon as it is over. */
export async function runFloods (t: Teardown, plan: FloodPlan, onReport: (report: FloodReport) => void, floods: readonly Flood[] = allFloods): Promise<void> {
  const service = await startFlooded(t)
  const url = `${service.address.replace('http', 'ws')}/ws`
  let broken: Error | undefined
  const bystander = await Bystander.start({ url, wire: 'hub', token: await tokenFor({ sub: 'bystander' }), periodMs: PING_PERIOD_MS }, (error) => { broken = error })
  t.teardown(() => bystander.close())
  for (const [index, flood] of floods.entries()) {
    const check = (): void => {
      if (broken !== undefined) throw new Error(`the bystander was lost in the flood of ${flood.name}`, { cause: broken })
      if (!service.isRunning) throw new Error(`the service ended in the flood of ${flood.name}`)
    }
    onReport(await measureFlood({ service, bystander, check }, flood, plan, FIRST_NETWORK + index))
  }
}
