import t from 'tap'
import { curlsIn } from './docs/curl.ts'
import { mentionsIn } from './docs/mentions.ts'
import { blocksIn, deadLinks, sectionOf } from './docs/pages.ts'

t.test('names are found as they are written', async (t) => {
  t.same(mentionsIn([
    'Set `WS_PATHS` and $ADMIN_TOKEN; `GET /ws/rooms/{room}` at http://localhost:8080/health; close 4001 or 1013, not 10,000 or 127.0.0.1:1000.',
    '`npm run example -- chat`, `npx wshub client --url U --token "$(npx wshub token --sub ada)"`   # --not',
    'see `websocket_clients_total` and «client connected»'
  ].join('\n')), {
    capitals: ['WS_PATHS'],
    routes: ['GET /ws/rooms/{room}'],
    paths: ['/health'],
    closeCodes: [4001, 1013],
    scripts: ['example'],
    commands: [{ name: 'client', flags: ['--url', '--token'] }, { name: 'token', flags: ['--sub'] }],
    metrics: ['websocket_clients_total'],
    logTexts: ['client connected']
  })
})

t.test('a section ends with the next heading of its level', async (t) => {
  const page = { path: 'docs/a.md', text: '# A\n\n## B\n\none\n\n### C\n\ntwo\n\n## D\n\nthree\n' }
  t.same([sectionOf(page, 'B'), sectionOf(page, 'C'), sectionOf(page, 'D')].map((text) => text.trim()), ['one\n\n### C\n\ntwo', 'two', 'three'])
  t.throws(() => sectionOf(page, 'E'), /docs\/a\.md has no section E/)
})

t.test('blocks of code are found, those in lists too', async (t) => {
  t.same(blocksIn('x\n```sh\na\n  b\n```\n1. y\n\n   ```js\n   c\n   ```\n'), [{ language: 'sh', code: 'a\n  b\n' }, { language: 'js', code: 'c\n' }])
})

t.test('links lead to files and headings that are there', async (t) => {
  const text = '# My page: one\n[a](#my-page-one) [b](#two) [c](../README.md#settings) [d](../README.md#nothing) [e](none.md) [f](https://example.org/none)'
  t.same(deadLinks({ path: 'docs/a.md', text }).filter((link) => link !== '#my-page-one' && link !== '#two'), ['../README.md#nothing', 'none.md'])
})

t.test('a curl command becomes a request', async (t) => {
  const script = 'export A=b\ncurl -s -X POST http://localhost:8080/x -H "Authorization: Bearer $T" \\\n     -d \'{"a":1}\'\ncurl -s http://localhost:8080/y  # text\n'
  t.same(curlsIn(script, { T: 'secret' }), [
    { url: 'http://localhost:8080/x', method: 'POST', headers: { Authorization: 'Bearer secret' }, body: '{"a":1}' },
    { url: 'http://localhost:8080/y', method: 'GET', headers: {}, body: undefined }
  ])
})
