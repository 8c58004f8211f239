import t from 'tap'
import { by, type Metric } from '../../src/metrics/metric.ts'
import { processRegistry, registryOf } from '../../src/metrics/registry.ts'
import { parseMetrics, typesIn } from './parse-metrics.ts'

t.test('a metric is one declaration; its values are read whenever the text is asked for', async (t) => {
  const state = { total: 1, rooms: { 'a "b"\n': 2 } as Record<string, number>, took: [0.2, undefined, 5] as Array<number | undefined> }
  const metrics: Metric[] = [
    { name: 'things_total', help: 'Things.', type: 'counter', read: () => state.total },
    { name: 'rooms', help: 'Rooms.', type: 'gauge', labels: ['kind'], read: () => by('kind', state.rooms) },
    { name: 'took_seconds', help: 'Time.', type: 'histogram', buckets: [0.1, 1], sample: async () => state.took.shift() }
  ]
  const registry = registryOf(metrics)
  const first = await registry.metrics()
  t.same(typesIn(first), [['things_total', 'counter'], ['rooms', 'gauge'], ['took_seconds', 'histogram']])
  t.match(parseMetrics(first), new Map([['things_total', 1], ['rooms{kind="a \\"b\\"\\n"}', 2], ['took_seconds_count', 1]]))

  Object.assign(state, { total: 7, rooms: { other: 1 } })
  await registry.metrics()
  const third = parseMetrics(await registry.metrics())
  t.equal(third.get('things_total'), 7)
  t.same([...third.keys()].filter((key) => key.startsWith('rooms')), ['rooms{kind="other"}'], 'what is no more is not told')
  t.same([third.get('took_seconds_count'), third.get('took_seconds_sum'), third.get('took_seconds_bucket{le="1"}')], [2, 5.2, 1])
})

t.test('the process is watched once, whoever asks', async (t) => {
  t.equal(processRegistry(), processRegistry())
  const names = typesIn(await processRegistry().metrics()).map(([name]) => name)
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) t.ok(names.includes(name), name)
})
