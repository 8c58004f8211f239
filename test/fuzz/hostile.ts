import type { Random } from '../faults/random.ts'

/**
 * Texts and JSON that readers, stores and displays have stumbled over. Values are JSON text, not values: some cannot be made otherwise,
 * such as a key that stands twice.
 */

/** A room that nobody else may reach; what looks like it is another room, or none. */
export const WITNESS_ROOM = 'witness-é'

const deep = (levels: number, open: string, close: string, core = '0'): string => open.repeat(levels) + core + close.repeat(levels)

/** Names of rooms, users, types and the like, as they would stand between quotes. */
export const hostileNames: readonly string[] = [
  '', ' ', '*', '{a}', 'room:*', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'error', 'close', 'connected', 'message',
  '../../etc/passwd', '..%2f', '%00', '%', 'a\u0000b', 'a\r\nb', 'a\tb', '\u2028', '\u202eabc', '\ufeffa', 'é', 'e\u0301', 'ﬀ', 'İ', '😀', '\ud800', '\udfffx', 'x\ud83d',
  'room:lobby', 'user:ada', 'role:admin', 'all', '#', '?', '<script>alert(1)</script>', '\' OR 1=1 --', '{{7*7}}', 'null', 'undefined', 'NaN', '0', '-1',
  'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(129), '😀'.repeat(64), '😀'.repeat(65),
  // Twins of the room that is watched.
  `${WITNESS_ROOM} `, ` ${WITNESS_ROOM}`, `${WITNESS_ROOM}\u0000`, 'witness-e\u0301', 'Witness-é', 'witness-%C3%A9', `room:${WITNESS_ROOM}`, `${WITNESS_ROOM}\u200b`, 'witness-*'
]

/** Ids of requests, right and wrong. */
export const hostileIds: readonly string[] = ['""', '0', 'null', 'true', '[]', '{}', `"${'i'.repeat(64)}"`, `"${'i'.repeat(65)}"`, '"\\u0000"', '"\\ud800"', '"__proto__"', '1e999']

/** Positions in a stream, as JSON. */
export const hostilePositions: readonly string[] = [
  '{"epoch":"x","seq":0}', '{"epoch":"","seq":1}', '{"epoch":"x","seq":-1}', '{"epoch":"x","seq":1.5}', '{"epoch":"x","seq":9007199254740991}', '{"epoch":"x","seq":9007199254740993}',
  '{"epoch":"x","seq":1e999}', '{"epoch":"x","seq":"1"}', '{"epoch":null,"seq":null}', '{"seq":1}', '{"epoch":"x"}', '[]', 'null', '"x"', '0', '{"epoch":{"a":1},"seq":1}', '{"epoch":"x","seq":0,"member":1}'
]

const values: readonly string[] = [
  'null', 'true', 'false', '0', '-0', '-1', '1.5', '1e999', '-1e999', '1e-999', '9007199254740993', '2147483648', '18446744073709551616', '0.1e1',
  '""', '"a"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u202e"', '"😀"', '"\\"\\\\"', `"${'y'.repeat(300)}"`,
  '[]', '{}', '[null]', '[[]]', '[{}]', '{"":""}', '{"a":1,"a":2}', '{"__proto__":{"polluted":true}}', '{"\\u005f_proto__":{"polluted":true}}', '{"a":{"__proto__":null}}',
  '{"constructor":{"prototype":{"polluted":true}}}', '{"constructor":1}', '{"toString":1,"valueOf":2,"hasOwnProperty":3}', '{"toJSON":"x"}', '{"then":"x"}', '{"length":1e9}', '{"0":1,"1":2}',
  deep(30, '[', ']'), deep(31, '[', ']'), deep(32, '[', ']'), deep(33, '{"a":', '}'), deep(34, '[', ']'),
  ...hostileNames.map((name) => JSON.stringify(name)), ...hostilePositions
]

/** What is no JSON, or no object, though it looks as if it were. */
export const notEnvelopes: readonly string[] = [
  '', ' ', 'null', 'true', '0', '1e999', '""', '"ping"', '[]', '[{"type":"ping"}]', '{', '}', '{}', '{}{}', '{"type"}', '{"type":}', '{\'type\':\'ping\'}', '{"type":"ping",}', '\ufeff{"type":"ping"}',
  '{"type":"ping"}\u0000', '{"type":NaN}', '{"type":"ping"', '{"type":"pi', '{"type":"ping"}x', '/**/{"type":"ping"}', '{"type":01}', '{"type":"\n"}', '{"type":"ping","payload":undefined}'
]

/** What takes long to read; rare, so that the rest gets its turn. */
const heavyValues: readonly string[] = [
  deep(2_000, '[', ']'), deep(1_000, '{"a":', '}'), deep(20_000, '[', ']'), deep(5_000, '{"a":', '}'), `"${'é'.repeat(2_000)}"`, `"${'x'.repeat(30_000)}"`,
  `[${'0,'.repeat(1_000)}0]`, `{${Array.from({ length: 300 }, (_, index) => `"k${index}":${index}`).join(',')}}`, `{${'"a":0,'.repeat(2_000)}"a":1}`
]
const HEAVY_SHARE = 0.01

/** A value of any kind, as JSON. */
export function hostileValue (random: Random): string {
  return random.pick(random.chance(HEAVY_SHARE) ? heavyValues : values)
}
