import { dialects } from '../../src/protocol/dialects/index.ts'
import type { Random } from '../faults/random.ts'
import { hostileNames } from './hostile.ts'
import { badToken, users, victims } from './tokens.ts'

/** A handshake in parts, as it is before it becomes text. */
interface Parts {
  method: string
  target: string
  version: string
  headers: Array<[name: string, value: string]>
  lineEnd: string
  /** What follows the empty line. */
  tail: string
}

/** A handshake as it goes over the wire. */
export interface Handshake {
  readonly text: string
  /** True where nobody may come in by it: the token is bad. */
  readonly isForbidden: boolean
  /** What must not stand in an answer. */
  readonly secret: string
}

type Mutation = (parts: Parts, random: Random) => void

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const names = [...dialects.keys()]
const badKeys = ['', 'x', 'dGhlIHNhbXBsZSBub25jZQ', `${KEY}=`, `${KEY}, ${KEY}`, 'dGhlIHNhbXBsZSBub25j', '!!!!!!!!!!!!!!!!!!!!!!==', 'é', KEY.repeat(50)]
const versions = ['', '0', '7', '8', '12', '14', '13, 8', '13.0', '+13', ' 13', '0x0d', '13;x', '99999999999999999999']
const targets = [
  '/', '/ws/', '//ws', '/ws#x', '/%77s', '/ws%00', '/ws/../ws', '/./ws', '/ws/stats', '/ws/broadcast', '/health', '/metrics', '/docs', '/console', '/nowhere', '*', 'ws', '', '/ws?', '/ws??', '/ws?%', '/ws?%ff=%c3%28',
  'http://localhost/ws', 'http://evil.example/ws', 'ws://localhost/ws', 'localhost:80', '/ws;x=1', '/WS', '/ws\\', '/ws ', `/ws?${'a=1&'.repeat(300)}`, `/${'x'.repeat(3_000)}`, `/ws?x=${'%41'.repeat(2_000)}`, '/ws?__proto__=1&constructor=2', '/api/v1/ws', '/ws?token', '/ws?token=&token='
]
const protocolLists = ['', ',', ', ,', 'hub.v1,', 'hub.v1,hub.v1', 'bearer', 'bearer,', 'bearer, bearer', 'unknown', '"hub.v1"', 'hub.v1;x', 'a b', '__proto__', 'constructor', `${'a,'.repeat(500)}hub.v1`, 'hub.v1\thub.v1', 'é', 'protobuf.v1, flat.v1', 'x.y.z']
const extensions = [
  'permessage-deflate', 'permessage-deflate; client_max_window_bits', 'permessage-deflate; server_max_window_bits=8', 'permessage-deflate; server_max_window_bits=99', 'permessage-deflate; client_max_window_bits="x', 'permessage-deflate; x=1', 'permessage-deflate, permessage-deflate',
  ';', ',', '=', ';'.repeat(3_000), `${'a;'.repeat(1_000)}b`, 'x-webkit-deflate-frame', 'permessage-deflate;;', '\u0080', '__proto__', 'permessage-deflate; __proto__=1'
]
const origins = ['null', '', '*', 'http://localhost', 'https://evil.example', 'http://localhost:99999', 'http://', 'file://', 'http://a@b', 'http://[::1', 'javascript:1', `http://${'a'.repeat(2_000)}.example`, 'http://localhost, http://evil.example', 'HTTP://LOCALHOST']
const hosts = ['', 'localhost:', 'localhost:x', 'a b', 'a/b', '@', '[::1]', '[', 'localhost\tx', 'évil', 'x'.repeat(300)]
const spaces = [' ', '\t', '  ', '\u000b', '\u00a0', '']

const valueOf = (name: string, values: readonly string[]): Mutation => (parts, random) => setHeader(parts, name, random.pick(values))

const mutations: readonly Mutation[] = [
  valueOf('Sec-WebSocket-Key', badKeys), valueOf('Sec-WebSocket-Version', versions), valueOf('Sec-WebSocket-Protocol', protocolLists), valueOf('Sec-WebSocket-Extensions', extensions), valueOf('Origin', origins), valueOf('Host', hosts),
  valueOf('Upgrade', ['', 'WebSocket', 'h2c', 'websocket, h2c', 'websocket/13', 'WEBSOCKET', 'foo', 'websocket\t']), valueOf('Connection', ['', 'upgrade', 'keep-alive', 'keep-alive, Upgrade', 'close', 'Upgrade, close', 'Upgrade,,', 'x']),
  (parts, random) => { parts.target = random.pick(targets) },
  (parts, random) => { parts.target += `${parts.target.includes('?') ? '&' : '?'}${random.pick(['token', 'ticket', 'dialect', 'refusal', '__proto__', 'x'])}=${encodeURIComponent(Buffer.from(random.pick(hostileNames)).toString())}` },
  (parts, random) => { parts.target += random.pick(['&token=x', '%', '\u0001', 'é', ' x', '#', '?', '/']) },
  (parts, random) => { parts.method = random.pick(['POST', 'PUT', 'get', 'HEAD', 'OPTIONS', 'CONNECT', 'PRI', 'FOO', '', 'GET\t', 'DELETE', 'QUERY', 'G'.repeat(100)]) },
  (parts, random) => { parts.version = random.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', 'HTTP/1.1 ', 'HTTP', '', 'ICE/1.0']) },
  (parts, random) => { parts.headers = parts.headers.toSpliced(random.integer(0, parts.headers.length - 1), 1) },
  (parts, random) => { parts.headers.push(random.pick(parts.headers)) },
  (parts, random) => { parts.headers = random.shuffle(parts.headers) },
  (parts, random) => { parts.headers.push(['X-Long', 'x'.repeat(isHeavy(random) ? 20_000 : random.integer(100, 1_000))]) },
  (parts, random) => { for (let index = isHeavy(random) ? 2_500 : random.integer(5, 50); index > 0; index -= 1) parts.headers.push([`x${index}`, '1']) },
  (parts, random) => changeHeader(parts, random, ([name, value]) => [name + random.pick(spaces), value]),
  (parts, random) => changeHeader(parts, random, ([name, value]) => [random.pick(spaces) + name, value]),
  (parts, random) => changeHeader(parts, random, ([name, value]) => [name, random.pick(spaces) + value + random.pick(spaces)]),
  (parts, random) => changeHeader(parts, random, ([name, value]) => [name, `${value}${random.pick(['\r\n ', '\n', '\r', '\u0000', '\r\n\t'])}x`]),
  (parts, random) => changeHeader(parts, random, ([name, value]) => [name.toUpperCase(), value]),
  (parts, random) => changeHeader(parts, random, ([, value]) => [random.pick(['', '__proto__', 'constructor', 'toString', 'Sec-WebSocket-Accept', 'é', 'a b', ':', 'Authorization', 'X-Forwarded-For', 'Expect', 'TE', 'Trailer']), value]),
  (parts, random) => { parts.lineEnd = random.pick(['\n', '\r', '\r\r\n', '\n\n']) },
  (parts, random) => { parts.headers.push(random.pick<[string, string]>([['Content-Length', '5'], ['Content-Length', '-1'], ['Content-Length', '1e9'], ['Transfer-Encoding', 'chunked'], ['Transfer-Encoding', 'x'], ['Expect', '100-continue'], ['Expect', 'x'], ['Cookie', 'token=x'], ['Authorization', 'Basic eA=='], ['Authorization', 'Bearer'], ['X-Forwarded-For', '10.0.0.1, evil'], ['Forwarded', 'for="['], ['Keep-Alive', 'timeout=999999']])) },
  (parts) => { parts.tail = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n' },
  (parts, random) => { parts.tail = random.pick(['\u0081\u0080\u0000\u0000\u0000\u0000', '\u0089\u0080\u0000\u0000\u0000\u0000', '\u0088\u0080\u0000\u0000\u0000\u0000', '\u00ff\u00ff', '\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', 'x'.repeat(5_000)]) }
]

/** What takes long to read is rare, so that the rest gets its turn. */
function isHeavy (random: Random): boolean {
  return random.chance(0.05)
}

const SOUND_SHARE = 0.12
const FORBIDDEN_SHARE = 0.25
const PIPELINED_SHARE = 0.04

/** A handshake, mostly with something wrong in it; `tickets` are used up. */
export function makeHandshake (random: Random, tickets: string[]): Handshake {
  const isForbidden = random.chance(FORBIDDEN_SHARE)
  const secret = isForbidden ? badToken(random) : random.pick(random.chance(0.1) ? victims : users).token
  const parts: Parts = {
    method: 'GET',
    target: random.pick(['/ws', '/ws', '/api/v1/ws']),
    version: 'HTTP/1.1',
    headers: [['Host', 'localhost'], ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', KEY]],
    lineEnd: '\r\n',
    tail: ''
  }
  const places = [inHeader, inQuery, inProtocol, inTicket]
  random.pick(places)(parts, secret, random, isForbidden ? [] : tickets)
  if (random.chance(0.2)) parts.headers.push(['Origin', random.pick(origins)])
  const times = random.chance(SOUND_SHARE) ? 0 : random.integer(1, 3)
  for (let time = 0; time < times; time += 1) random.pick(mutations)(parts, random)
  const before = random.chance(PIPELINED_SHARE) ? random.pick(['GET /health HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /ws HTTP/1.1\r\nHost: x\r\n\r\n', '\r\n', 'POST /ws/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}']) : ''
  return { text: before + textOf(parts), isForbidden, secret }
}

type Place = (parts: Parts, token: string, random: Random, tickets: string[]) => void

const inHeader: Place = (parts, token) => { parts.headers.push(['Authorization', `Bearer ${token}`]) }
const inQuery: Place = (parts, token, random) => { parts.target += `?token=${encodeURIComponent(token)}${random.chance(0.3) ? `&dialect=${random.pick(names)}` : ''}` }
const inProtocol: Place = (parts, token, random) => {
  const raw = random.chance(0.2)
  parts.headers.push(['Sec-WebSocket-Protocol', raw ? token : random.pick([`bearer, ${token}`, `${random.pick(names)}, bearer, ${token}`, `bearer, ${token}, ${random.pick(names)}`])])
}
const inTicket: Place = (parts, token, random, tickets) => {
  const ticket = tickets.pop()
  // Where there is no ticket, the token stands in its place: it is none.
  parts.target += `?ticket=${encodeURIComponent(ticket ?? token.slice(0, random.integer(0, 60)))}`
}

function textOf ({ method, target, version, headers, lineEnd, tail }: Parts): string {
  return [`${method} ${target} ${version}`, ...headers.map(([name, value]) => `${name}: ${value}`), '', tail].join(lineEnd)
}

function setHeader (parts: Parts, name: string, value: string): void {
  const index = parts.headers.findIndex(([known]) => known === name)
  if (index === -1) parts.headers.push([name, value])
  else parts.headers[index] = [name, value]
}

function changeHeader (parts: Parts, random: Random, change: (header: [string, string]) => [string, string]): void {
  const index = random.integer(0, parts.headers.length - 1)
  const header = parts.headers[index]
  if (header !== undefined) parts.headers[index] = change(header)
}
