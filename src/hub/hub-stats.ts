/** One node as the others see it. */
export interface NodeStats {
  readonly id: string
  readonly clients: number
  readonly rooms: number
  readonly uptime_s: number
}

/** All nodes, or the one that is asked. */
export type Scope = 'cluster' | 'node'

/** How many there are. */
export interface HubCounts {
  readonly total_clients: number
  readonly online_users: number
  /** Connections by role; one with several roles counts in each. */
  readonly by_role: Record<string, number>
  /** Nodes that did not answer in time: theirs are not counted. */
  readonly missing_nodes?: readonly string[]
}

/** What is going on, in the form that `GET /ws/stats` answers. */
export interface HubStats extends HubCounts {
  readonly total_rooms: number
  /** The asked node first. */
  readonly nodes: NodeStats[]
  /** Of the asked node. */
  readonly uptime_s: number
  /** Since the start of each node: frames received from clients, and copies queued to them by fan-out. */
  readonly messages: { readonly in: number, readonly out: number }
  readonly timestamp: string
}
