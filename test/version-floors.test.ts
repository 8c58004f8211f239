import t from 'tap'
import { natsShortfall, nodeShortfall, redisShortfall, warnOfShortfall } from '../src/version-floors.ts'
import { recordLogs } from './support/log-recorder.ts'

const NO_FIXES = 'this line gets no fixes any more'
const infoOf = (version: string, more = ''): string => `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n${more}`

/** By product what is asked, the version, and the floor below which it is: none for a good one. */
const cases: ReadonlyArray<readonly [typeof nodeShortfall, string, string | undefined]> = [
  [nodeShortfall, '18.20.8', '22.22.2'], [nodeShortfall, '20.20.2', '22.22.2'], [nodeShortfall, 'v21.7.3', '22.22.2'], [nodeShortfall, '22.22.1', '22.22.2'], [nodeShortfall, '22.9.9', '22.22.2'],
  [nodeShortfall, '22.22.2', undefined], [nodeShortfall, '22.23.0', undefined], [nodeShortfall, '23.11.1', '24.14.1'], [nodeShortfall, '24.14.0', '24.14.1'],
  [nodeShortfall, '24.14.1', undefined], [nodeShortfall, '24.100.0', undefined], [nodeShortfall, '26.0.0', undefined], [nodeShortfall, '24.15.0-nightly', undefined],
  [natsShortfall, '2.9.10', '2.11.15'], [natsShortfall, '2.11.14', '2.11.15'], [natsShortfall, '2.11.15', undefined], [natsShortfall, '2.12.5', '2.12.6'],
  [natsShortfall, '2.12.6', undefined], [natsShortfall, '2.14.0', undefined], [natsShortfall, '3.0.0', undefined], [natsShortfall, '', undefined], [natsShortfall, 'dev', undefined],
  ...([
    ['7.0.15', '8.2.9'], ['8.0.9', '8.2.9'], ['8.2.8', '8.2.9'], ['8.2.9', undefined], ['8.2.10', undefined], ['8.3.0', '8.4.6'], ['8.4.5', '8.4.6'], ['8.4.6', undefined],
    ['8.6.5', '8.6.6'], ['8.6.6', undefined], ['8.8.1', '8.8.2'], ['8.8.2', undefined], ['8.10.0', '8.10.1'], ['8.10.1', undefined], ['8.12.0', undefined], ['9.0.0', undefined]
  ] as const).map(([version, floor]) => [redisShortfall, infoOf(version), floor] as const)
]

t.test('a version is measured by the floor of its line; lines without one get no fixes, newer ones are not judged', async (t) => {
  for (const [ask, said, floor] of cases) t.equal(ask(said)?.floor, floor, said)
})

t.test('the reason is a list of holes where an update of the line closes them, else that there is none', async (t) => {
  t.match(nodeShortfall('22.22.1'), { product: 'Node.js', version: '22.22.1', reason: /^CVE-\d/ })
  t.match(nodeShortfall('20.20.2'), { reason: NO_FIXES })
  t.match(redisShortfall(infoOf('8.2.8')), { product: 'Redis', version: '8.2.8', reason: /^CVE-\d/ })
  t.match(redisShortfall(infoOf('7.0.15')), { reason: NO_FIXES })
  t.match(natsShortfall('2.12.5'), { product: 'NATS', reason: /^CVE-\d/ })
})

t.test('servers that only speak the protocol of Redis are not judged, nor is what says nothing', async (t) => {
  const others = ['server_name:valkey\r\nvalkey_version:8.1.1', 'valkey_version:8.1.1', 'dragonfly_version:df-1.21.0', 'server_name:other', 'keydb_version:6.3.4']
  for (const more of others) t.equal(redisShortfall(infoOf('7.2.4', `${more}\r\n`)), undefined, more)
  for (const said of ['', 'nonsense', 'redis_version:\r\n', 'redis_version:unstable\r\n']) t.equal(redisShortfall(said), undefined, said)
  t.match(redisShortfall(infoOf('7.2.4', 'server_name:redis\r\ngcc_version:12.2.0\r\n')), { version: '7.2.4' })
})

t.test('a shortfall is one warning with version, floor and reason; without one there is none', async (t) => {
  const { logger, lines } = recordLogs()
  warnOfShortfall(logger, nodeShortfall('20.20.2'))
  warnOfShortfall(logger, nodeShortfall('24.14.1'))
  t.strictSame(lines, [{
    level: 'warn', text: `Node.js 20.20.2 is older than 22.22.2: ${NO_FIXES}`, fields: { product: 'Node.js', version: '20.20.2', floor: '22.22.2', reason: NO_FIXES }
  }])
})
