import { createHmac } from 'node:crypto'
import { SECRET } from '../helper.ts'
import { forge, hmac, inAnHour, type Part } from './forge.ts'

const HEADER = { alg: 'HS256', typ: 'JWT' }

/** Tokens that a service with the tests' secret must refuse, by what is wrong with each. */
export function badTokens (): Record<string, string> {
  return { ...unreadable(), ...badSignatures(), ...badHeaders(), ...badClaims() }
}

function claims (more: object = {}): object {
  return { sub: 'mallory', role: 'admin', exp: inAnHour(), ...more }
}

function good (): string {
  return forge(HEADER, claims())
}

function unreadable (): Record<string, string> {
  const [head = '', payload = '', signature = ''] = good().split('.')
  return {
    garbage: 'garbage',
    'three dots': '...',
    'two dots': '..',
    'one part missing': `${head}.${payload}`,
    'a part too many': `${good()}.e30`,
    'no base64': `${head}.${payload}.!!!`,
    'padded base64': `${head}.${payload}.${signature}=`,
    'header no JSON': forge('no', claims()),
    'header a list': forge([], claims()),
    'payload no JSON': forge(HEADER, 'no'),
    'payload a list': forge(HEADER, [claims()]),
    'payload an empty list': forge(HEADER, []),
    'payload a text': forge(HEADER, '"mallory"'),
    'payload null': forge(HEADER, null)
  }
}

function badSignatures (): Record<string, string> {
  const [head = '', payload = ''] = good().split('.')
  const sha512 = (input: string) => createHmac('sha512', SECRET).update(input).digest()
  return {
    'another secret': forge(HEADER, claims(), hmac('another secret that is long enough too')),
    'an empty secret': forge(HEADER, claims(), hmac('')),
    'signature removed': `${head}.${payload}.`,
    'signature of another token': `${head}.${payload}.${forge(HEADER, { sub: 'x', exp: inAnHour() }).split('.')[2]}`,
    ...Object.fromEntries(['none', 'None', 'nOnE', 'NONE'].map((alg) => [`alg ${alg}`, forge({ alg }, claims(), () => '')])),
    'alg none with a signature': forge({ alg: 'none' }, claims()),
    'alg HS512': forge({ alg: 'HS512' }, claims(), sha512),
    'alg RS256': forge({ alg: 'RS256' }, claims()),
    'alg missing': forge({ typ: 'JWT' }, claims()),
    'alg a list': forge({ alg: ['HS256'] }, claims())
  }
}

function badHeaders (): Record<string, string> {
  const header = (more: object): string => forge({ ...HEADER, ...more }, claims())
  return {
    'crit unknown': header({ crit: ['x'], x: 1 }),
    'crit empty': header({ crit: [] }),
    'crit a text': header({ crit: 'exp' }),
    'typ of a logout token': header({ typ: 'logout+jwt' })
  }
}

function badClaims (): Record<string, string> {
  const now = Math.floor(Date.now() / 1000)
  const wrong: Record<string, unknown[]> = {
    exp: [undefined, null, 'soon', String(inAnHour()), [inAnHour()], {}, true, 1e20, -1e20, now, 0],
    nbf: [now + 60, 1e20, 'now', null],
    sub: [undefined, '', null, {}, [], true, 1.5, 2 ** 53, 'x'.repeat(300)]
  }
  const entries = Object.entries(wrong).flatMap(([name, values]) => values.map((value): [string, string] => {
    const payload: Part = claims({ [name]: value })
    return [`${name} ${JSON.stringify(value)?.slice(0, 30)}`, forge(HEADER, payload)]
  }))
  return Object.fromEntries(entries)
}
