import t from 'tap'
import { INPUT_HELP, LineCommands } from '../../src/cli/line-commands.ts'

/** What the lines make of each other: frames parsed, the rest as it is. */
function read (...lines: string[]): unknown[] {
  const commands = new LineCommands()
  return lines.map((line) => commands.read(line)).map((outcome) => typeof outcome === 'object' && 'send' in outcome ? JSON.parse(outcome.send) : outcome)
}

t.test('a line of JSON is sent as it is, odd spacing and mistakes included', async (t) => {
  for (const line of ['{"type":"ping", "id" : "1"}', '  {"type":"ping"}', '{oops', '[1]']) t.same(new LineCommands().read(line), { send: line })
})

t.test('what is said goes to the room that was joined', async (t) => {
  t.same(read('/join general', '/say hello  there '), [
    { type: 'join_room', room: 'general' },
    { type: 'send_message', room: 'general', payload: { content: 'hello  there ' } }
  ])
})

t.test('a room may have blanks in its name', async (t) => {
  t.same(read('/join  the big room '), [{ type: 'join_room', room: 'the big room' }])
})

t.test('after leaving a room the one before is the current one again', async (t) => {
  t.match(read('/join a', '/join b', '/leave', '/say x', '/leave', '/say y'), [
    {}, {}, { type: 'leave_room', room: 'b' }, { room: 'a' }, { type: 'leave_room', room: 'a' }, { complaint: /no room yet/ }
  ])
})

t.test('another room can be left without changing the current one', async (t) => {
  t.match(read('/join a', '/join b', '/leave a', '/say x', '/leave', '/say y'), [
    {}, {}, { type: 'leave_room', room: 'a' }, { room: 'b' }, { type: 'leave_room', room: 'b' }, { complaint: /no room yet/ }
  ])
})

t.test('a subscribed room is the current one too', async (t) => {
  t.same(read('/sub news', '/pub {"a":[1]}', '/pub plain text', '/pub 7', '/unsub'), [
    { type: 'subscribe', room: 'news' },
    { type: 'publish', room: 'news', payload: { a: [1] } },
    { type: 'publish', room: 'news', payload: 'plain text' },
    { type: 'publish', room: 'news', payload: 7 },
    { type: 'unsubscribe', room: 'news' }
  ])
})

t.test('the short requests have their types', async (t) => {
  t.same(read('/join a', '/typing', '/who', '/who b', '/ping').slice(1), [
    { type: 'typing', room: 'a' }, { type: 'online_users', room: 'a' }, { type: 'online_users', room: 'b' }, { type: 'ping' }
  ])
})

t.test('a command that lacks something says what', async (t) => {
  t.match(read('/join', '/sub', '/say', '/pub', '/leave', '/say x'), [
    { complaint: /name of a room/ }, { complaint: /name of a room/ }, { complaint: /text/ }, { complaint: /JSON or a text/ }, { complaint: /no room/ }, { complaint: /no room/ }
  ])
})

t.test('an unknown command is named, and a text that is none says what to do', async (t) => {
  t.match(read('/shout hey', '/', 'hello', '/constructor'), [
    { complaint: 'unknown command /shout; /help lists all' }, { complaint: /unknown command \/;/ }, { complaint: /\/say TEXT/ }, { complaint: /unknown/ }
  ])
})

t.test('an empty line is nothing, and the end is the end', async (t) => {
  t.same(read('', '  ', '/help', '/quit'), ['nothing', 'nothing', 'help', 'quit'])
})

t.test('every command of the help is known', async (t) => {
  for (const [, name] of INPUT_HELP.matchAll(/^ {2}\/(\w+)/gm)) {
    t.notMatch(new LineCommands().read(`/${name} x`), { complaint: /unknown/ })
  }
})
