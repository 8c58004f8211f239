import { WebSocket } from 'ws'
// The package's own name: the line is the same in your project.
import { connect, type Hub } from 'wshub/client'

/** What customers are told, by message type: with it the compiler knows the payloads. */
interface ShopEvents {
  readonly 'order.changed': { readonly order_id: string, readonly state: string }
}

/** A customer who listens, as a page or an app does. */
export interface Customer {
  readonly id: string
  readonly hub: Hub<ShopEvents>
  /** What came, as `order state`, once for each time that it came. */
  readonly received: string[]
}

/** Connects a customer; the token says who it is. */
export async function connectCustomer (url: string, token: string, log: (line: string) => void): Promise<Customer> {
  // Node 22 and browsers have a WebSocket of their own.
  const hub = connect<ShopEvents>(new URL('/ws', url), { token, WebSocket })
  const received: string[] = []
  const { user_id: id, name } = await hub.ready()
  hub.on('order.changed', ({ payload }) => {
    received.push(`${payload.order_id} ${payload.state}`)
    log(`${name} is told: order ${payload.order_id} is ${payload.state}`)
  })
  return { id, hub, received }
}
