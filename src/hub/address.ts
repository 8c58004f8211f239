import { isIPv6 } from 'node:net'

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const GROUPS = 8
/** One customer usually has a whole /64: its first four groups. */
const NETWORK_GROUPS = 4

/** An address as limits count it: IPv4 as it is, IPv6 by its /64 network. */
export function addressKey (ip: string): string {
  const [, ipv4] = MAPPED_IPV4.exec(ip) ?? []
  if (ipv4 !== undefined) return ipv4
  return isIPv6(ip) ? `${expand(ip).slice(0, NETWORK_GROUPS).join(':')}::/64` : ip
}

/** The eight groups of an IPv6 address, `::` written out, without leading zeros. */
function expand (ip: string): string[] {
  const [head = '', tail] = ip.toLowerCase().split('%')[0]?.split('::') ?? []
  const front = groupsOf(head)
  const back = groupsOf(tail ?? '')
  const missing = tail === undefined ? 0 : GROUPS - front.length - back.length
  return [...front, ...Array<string>(missing).fill('0'), ...back].map((group) => group.replace(/^0+(?=.)/, ''))
}

function groupsOf (text: string): string[] {
  return text === '' ? [] : text.split(':')
}
