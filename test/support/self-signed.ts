import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate that vouches for itself, with its key, both as PEM. */
export interface SelfSigned {
  readonly cert: string
  readonly key: string
}

/** For whom and for how long, in days from now; a negative number of days lies in the past. */
export interface Certified {
  readonly days?: number
  readonly address?: readonly [number, number, number, number]
}

const DAY_MS = 86_400_000
/** Object identifiers in DER: ecdsa-with-SHA256, commonName, subjectAltName. */
const ECDSA_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const ALT_NAME = Buffer.from('0603551d11', 'hex')
const [INTEGER, BITS, OCTETS, UTF8, TIME, SEQUENCE, SET, ADDRESS, VERSION, EXTENSIONS] = [2, 3, 4, 12, 23, 48, 49, 0x87, 0xa0, 0xa3] as const

/** Makes a certificate for an address (X.509 v3, RFC 5280), as no library here does. */
export function selfSigned ({ days = 365, address = [127, 0, 0, 1] }: Certified = {}): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from('test')))))
  const algorithm = der(SEQUENCE, ECDSA_SHA256)
  const validity = der(SEQUENCE, time(-400), time(days))
  const names = der(SEQUENCE, der(ADDRESS, Buffer.from(address)))
  const extensions = der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, ALT_NAME, der(OCTETS, names))))
  const content = der(SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))), der(INTEGER, Buffer.of(1)), algorithm, name, validity, name,
    publicKey.export({ type: 'spki', format: 'der' }), extensions)
  const signature = der(BITS, Buffer.of(0), sign('sha256', content, privateKey))
  const pem = der(SEQUENCE, content, algorithm, signature).toString('base64').replace(/.{1,64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }
}

/** A value of a type with its length in front. */
function der (type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff)
  return Buffer.concat([Buffer.of(type), length, content])
}

/** So many days from now, as `YYMMDDHHMMSSZ`. */
function time (days: number): Buffer {
  const iso = new Date(Date.now() + days * DAY_MS).toISOString()
  return der(TIME, Buffer.from(`${iso.slice(2, 19).replace(/\D/g, '')}Z`))
}
