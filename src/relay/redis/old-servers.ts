import { Cluster, type Redis } from 'ioredis'
import type { Logger } from '../../logger.ts'
import { redisShortfall, warnOfShortfall } from '../../version-floors.ts'
import { onEveryReady, type CommandClient } from './connect.ts'

/** Warns once of each old version that a connection, or in a cluster any of its nodes, leads to. Whoever may not ask is not told. */
export function warnOfOldServers (commands: CommandClient, logger: Logger): void {
  const known = new Set<string>()
  const look = async (server: Redis): Promise<void> => {
    const shortfall = redisShortfall(await server.info('server'))
    if (shortfall === undefined || known.has(shortfall.version)) return
    known.add(shortfall.version)
    warnOfShortfall(logger, shortfall)
  }
  onEveryReady(commands, () => {
    const servers = commands instanceof Cluster ? commands.nodes().filter(({ status }) => status === 'ready') : [commands]
    for (const server of servers) look(server).catch(() => {})
  })
}
