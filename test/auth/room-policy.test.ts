import t from 'tap'
import { parseRoomPolicy, policyOfRules, type RoomPolicy } from '../../src/auth/room-policy.ts'

/** What holds in a room by a text of rules, in the words of the setting. */
function wordsFor (text: string, room: string): string[] {
  const parsed = parseRoomPolicy(text)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const policy: RoomPolicy = policyOfRules(parsed.rules)(room)
  return Object.entries({ 'members-only': policy.isMembersOnly, private: policy.isPrivate, 'read-only': policy.isReadOnly })
    .flatMap(([word, holds]) => holds ? [word] : [])
}

t.test('without rules, and where none fits, a room is public', async (t) => {
  t.same(wordsFor('', 'hall'), [])
  t.same(wordsFor('team:*=private', 'hall'), [])
  t.same(wordsFor('hall=private', 'hall:2'), [])
})

t.test('the rule for the very name counts, else the longest beginning that fits, wherever they stand', async (t) => {
  const text = '*=members-only, team:*=private, team:news:*=read-only, team:news:hr=public, board=private + members-only'
  t.same(wordsFor(text, 'hall'), ['members-only'])
  t.same(wordsFor(text, 'team:'), ['private'])
  t.same(wordsFor(text, 'team:news:today'), ['read-only'])
  t.same(wordsFor(text, 'team:news:hr'), [])
  t.same(wordsFor(text, 'board'), ['members-only', 'private'])
  t.same(wordsFor(text, 'board2'), ['members-only'])
})

t.test('a name may hold an equals sign, and both spellings of a letter are one', async (t) => {
  t.same(wordsFor('a=b=private', 'a=b'), ['private'])
  t.same(wordsFor('cafe\u0301=private', 'caf\u00e9'), ['private'])
})

t.test('a text with a rule that cannot be read is refused as a whole, and the rule is named', async (t) => {
  for (const rule of ['secret', 'secret=', '=private', 'se*cret=private', '**=private', 'secret=privat', 'secret=Private', 'secret=private+', 'secret=public+private', 'a{b}=private', 'a\u0001=private']) {
    t.match(parseRoomPolicy(`team:*=private, ${rule}`), { got: rule.trim(), expected: String }, JSON.stringify(rule))
  }
  for (const separator of [';', ' ', '; ', '|']) {
    t.match(parseRoomPolicy(`board=private${separator}news=read-only`), { expected: /comma/ }, `'${separator}' between two rules`)
  }
  t.same(wordsFor('status=privately=read-only', 'status=privately'), ['read-only'])
  t.match(parseRoomPolicy('a=private,a=public'), { got: 'a=public', expected: 'no pattern twice' })
})
