import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseLine, parseLog } from '../../examples/replay/parse-log.ts'
import { projectRoot } from '../../examples/replay/project-root.ts'

t.test('a message keeps every character of its text', async (t) => {
  const texts = ['\uFEFFhi', ' two  spaces ', '\t\u0008/join', '<b> [09:03] <c> d', 'a\u2028b\u0085c\r', '']
  for (const text of texts) {
    t.match(parseLine(`[09:03] <[d]|p^> ${text}`, 7), { kind: 'message', line: 7, nick: '[d]|p^', text, action: false })
  }
})

t.test('an action is a message with its mark, in the new notation and in the old one', async (t) => {
  const action = { kind: 'message', line: 1, nick: 'N4', action: true }
  t.match(parseLine('[07:22]  * N4 away; sleep', 1), { ...action, text: 'away; sleep' })
  t.match(parseLine('=== N4 away; sleep', 1), { ...action, text: 'away; sleep' })
  t.match(parseLine('=== N4      <debian> by <n4>', 1), { ...action, text: '     <debian> by <n4>' })
})

t.test('a join is read in any spelling of the channel, also with the space that old logs put behind a bracket', async (t) => {
  t.match(parseLine('=== jx [n=jx@75-104-149-78.example]  has joined #UBUNTU', 1), { kind: 'join', nick: 'jx' })
  t.match(parseLine('=== [B] olinho [n=b@201.67.184.74]  has joined #ubuntu', 1), { kind: 'join', nick: '[B]olinho' })
})

t.test('a leave is read with any reason', async (t) => {
  for (const reason of ['[]', '[] ', '["winks] away"]', '[requested]']) {
    t.match(parseLine(`=== a\`b [i=ab@example]  has left #ubuntu ${reason}`, 3), { kind: 'leave', line: 3, nick: 'a`b' })
  }
  t.match(parseLine('=== bob [i=bob@example]  has quit [Ping timeout]', 3), { kind: 'leave', nick: 'bob' })
})

t.test('a rename names both nicks', async (t) => {
  t.match(parseLine('=== Spec is now known as GNUSpec', 1), { kind: 'rename', nick: 'Spec', to: 'GNUSpec' })
})

t.test('the notices of the channel itself and empty lines are nobody\'s words', async (t) => {
  for (const text of ['=== mode/#ubuntu [+b *!*@example]  by LjL', '', 'free text']) {
    t.strictSame(parseLine(text, 1), { kind: 'notice', line: 1 })
  }
})

t.test('only a line feed ends a line, and the last line may lack it', async (t) => {
  const { events } = parseLog(Buffer.from('\uFEFF[00:01] <a> x\u2028y\r\n[00:02] <b> z'))
  t.match(events, [{ nick: 'a', text: 'x\u2028y\r' }, { nick: 'b', text: 'z' }])
  t.equal(events.length, 2)
})

t.test('a line that is no UTF-8 is read as ISO-8859-1 and told', async (t) => {
  const log = parseLog(Buffer.from('[00:01] <a> caf\xe9\n', 'latin1'))
  t.match(log.events, [{ text: 'café' }])
  t.strictSame(log.latin1Lines, [1])
})

t.test('the sample is read completely', async (t) => {
  const bytes = readFileSync(join(projectRoot, 'examples/replay/sample/2012-06-02.txt'))
  const { events, latin1Lines } = parseLog(bytes)
  const countOf = (kind: string) => events.filter((event) => event.kind === kind).length
  t.strictSame([events.length, countOf('message'), countOf('rename'), countOf('notice')], [1141, 1100, 41, 0])
  t.match(events[169], { nick: 'Sh0rtWave', text: '\u0008/join ##programming' })
  t.strictSame(latin1Lines, [])
})
