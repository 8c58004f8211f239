/** The extension's name, which is also an offer of it without conditions. */
export const PERMESSAGE_DEFLATE = 'permessage-deflate'

/**
 * Parameters of an offer that we can grant (RFC 7692 section 7.1). Frames are compressed once for all their receivers with the
 * full window: a smaller one for the server cannot be had. What a client says of its own window is a hint, and any will do.
 */
const grantable: ReadonlyMap<string, RegExp> = new Map([
  ['server_no_context_takeover', /^$/],
  ['client_no_context_takeover', /^$/],
  ['server_max_window_bits', /^=(?:15|"15")$/],
  ['client_max_window_bits', /^(?:=(?:[89]|1[0-5]|"(?:[89]|1[0-5])"))?$/]
])

/**
 * True when a `Sec-WebSocket-Extensions` header holds an offer of compression that can be accepted as it stands. One that cannot is
 * declined, as the RFC wants it: the handshake goes on without the extension, where ws would answer 400.
 */
export function offersCompression (header: string): boolean {
  // Neither separator can stand in a value, quoted or not: unquoted it must be a token (RFC 6455 section 9.1).
  return header.split(',').some((offer) => {
    const [name = '', ...params] = offer.split(';').map((part) => part.trim())
    return name === PERMESSAGE_DEFLATE && areGrantable(params)
  })
}

function areGrantable (params: readonly string[]): boolean {
  const names = new Set<string>()
  return params.every((param) => {
    const [name = ''] = param.split('=', 1)
    const isRepeated = names.has(name)
    names.add(name)
    return !isRepeated && grantable.get(name)?.test(param.slice(name.length)) === true
  })
}
