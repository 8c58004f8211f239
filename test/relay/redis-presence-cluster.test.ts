import { Cluster, Redis } from 'ioredis'
import t from 'tap'
import { CommandRunner } from '../../src/relay/redis/command-runner.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import { RedisPresence } from '../../src/relay/redis/redis-presence.ts'
import { slotOf } from '../../src/relay/redis/slot.ts'
import { until } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { occupantOf } from '../support/presence-node.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'

const ANSWER_LIMIT_MS = 5_000

t.test('in a cluster every room is where its number is, and its notices go out there', async (t) => {
  const { servers } = await startRedisCluster(t)
  const client = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port })))
  t.teardown(() => client.disconnect())
  await until(() => client.status === 'ready')
  const runner = new CommandRunner(client, ANSWER_LIMIT_MS)
  t.teardown(() => runner.close())
  const keys = new Keys('c', 64)
  const presence = new RedisPresence({ runner, keys, leaseId: () => 'node', publishCommand: 'SPUBLISH', logger: recordLogs().logger })

  const rooms = Array.from({ length: 200 }, (_, index) => `room ${index}`)
  const told: string[] = []
  for (const server of servers) {
    const subscriber = new Redis({ host: '127.0.0.1', port: server.port })
    t.teardown(() => subscriber.disconnect())
    subscriber.on('smessage', (channel, frame) => told.push(`${channel} ${frame}`))
    const channels = rooms.map((room) => keys.channel(`members:${room}`)).filter((channel) => client.slots[slotOf(channel)]?.[0] === `127.0.0.1:${server.port}`)
    // In one command all channels have to have the same slot.
    await Promise.all(channels.map((channel) => subscriber.ssubscribe(channel)))
  }
  const notices = (kind: string, users: number) => rooms.map((room) => `${keys.channel(`members:${room}`)} 1p${kind} ${users}\n{"id":"ada","name":"ADA"}`)

  await Promise.all(rooms.map((room) => presence.enter(room, occupantOf('ada-1'), 0)))
  await until(() => told.length >= rooms.length)
  t.strictSame([...told].sort(), notices('joined', 1).sort())
  t.equal(await presence.roomCount(), rooms.length)
  t.strictSame((await presence.rooms()).map(({ room }) => room).sort(), [...rooms].sort())

  for (const server of servers) await server.command('FLUSHALL')
  await presence.heal({ quiet: true })
  t.equal(await presence.roomCount(), rooms.length)
  told.length = 0
  await presence.sweepNode('node', 1)
  await until(async () => {
    await presence.sweepGraces()
    return told.length >= rooms.length
  })
  t.strictSame([...told].sort(), notices('left', 0).sort())
  t.strictSame((await Promise.all(servers.map((server) => server.command('KEYS', '*')))).flat(), [])
})
