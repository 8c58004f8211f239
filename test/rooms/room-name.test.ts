import fc from 'fast-check'
import t from 'tap'
import { MAX_ROOM_NAME_UNITS } from '../../src/protocol/schemas/fields.ts'
import { checkRoomName, roomNameProblem } from '../../src/rooms/room-name.ts'

t.test('ordinary names are taken, in any script', async (t) => {
  for (const name of ['general', 'a', 'chat:42', 'Größe', 'комната', '部屋', 'two words', '😀', '../x', '__proto__', 'x'.repeat(MAX_ROOM_NAME_UNITS)]) {
    t.equal(checkRoomName(name), name)
  }
})

const bad: Record<string, string> = {
  'an empty name': '',
  'a name of 129 units': 'x'.repeat(129),
  'a name of 65 characters of two units each': '😀'.repeat(65),
  'a NUL': 'a\u0000b',
  'a line break': 'a\r\nb',
  'a C1 control character': 'a\u0085b',
  'white space at the end': 'a ',
  'an exotic space at the start': '\u2003a',
  'an asterisk': 'room*',
  'an opening brace': '{a',
  'a closing brace': 'a}',
  'half a surrogate pair': 'a\ud800',
  'a name that is not in normal form': 'e\u0301'
}

for (const [what, name] of Object.entries(bad)) {
  t.test(`${what} is no room name`, async (t) => {
    t.throws(() => checkRoomName(name), { code: 'INVALID_ROOM', message: /^invalid room name: expected / })
  })
}

t.test('of two spellings that look the same at most one is a name', async () => {
  const spelling = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  fc.assert(fc.property(spelling, (name) => {
    const valid = new Set([name, name.normalize('NFC'), name.normalize('NFD')].filter((form) => roomNameProblem(form) === undefined))
    return valid.size <= 1
  }))
})
