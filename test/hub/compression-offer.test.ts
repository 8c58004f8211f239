import t from 'tap'
import { offersCompression } from '../../src/hub/compression-offer.ts'

t.test('the offers that browsers and libraries make are accepted', async (t) => {
  for (const offer of [
    'permessage-deflate',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; client_max_window_bits=15; server_max_window_bits=15',
    'permessage-deflate;server_no_context_takeover;client_no_context_takeover',
    'permessage-deflate; client_max_window_bits="8"; server_max_window_bits="15"',
    'x-webkit-deflate-frame, permessage-deflate; client_max_window_bits'
  ]) t.ok(offersCompression(offer), offer)
})

t.test('an offer that asks for a smaller window of the server is declined', async (t) => {
  for (const bits of ['8', '10', '14', '"9"']) t.notOk(offersCompression(`permessage-deflate; server_max_window_bits=${bits}`), bits)
})

t.test('of several offers one that can be granted is enough', async (t) => {
  t.ok(offersCompression('permessage-deflate; server_max_window_bits=10, permessage-deflate'))
  t.ok(offersCompression('permessage-deflate; wrong, permessage-deflate; client_max_window_bits'))
  t.notOk(offersCompression('permessage-deflate; server_max_window_bits=10, permessage-deflate; server_max_window_bits=11'))
})

t.test('an offer that is not one to the letter of RFC 7692 is declined', async (t) => {
  for (const params of [
    'unknown', 'server_max_window_bits', 'server_max_window_bits=', 'server_max_window_bits=16', 'server_max_window_bits=015',
    'client_max_window_bits=7', 'client_max_window_bits=16', 'client_max_window_bits=08', 'client_max_window_bits=x', 'client_max_window_bits="15',
    'server_no_context_takeover=1', 'client_no_context_takeover=true', 'server_no_context_takeover; server_no_context_takeover',
    'client_max_window_bits; client_max_window_bits=15', '__proto__', 'constructor=1', '', ';'
  ]) t.notOk(offersCompression(`permessage-deflate; ${params}`), params)
})

t.test('other extensions are no offer of compression', async (t) => {
  for (const header of ['', ' ', ',', ';', 'permessage-bzip2', 'permessage-deflated', 'x; permessage-deflate', 'PERMESSAGE-DEFLATE']) {
    t.notOk(offersCompression(header), header)
  }
})

t.test('a header as long as Node lets in is judged at once, whatever it is full of', async (t) => {
  for (const filling of [';', ',', ' ', '=', '"', 'permessage-deflate;', 'permessage-deflate; client_max_window_bits,', '; client_max_window_bits']) {
    const header = `permessage-deflate; x${filling.repeat(16_000 / filling.length)}`
    const startMs = performance.now()
    offersCompression(header)
    t.ok(performance.now() - startMs < 100, filling)
  }
})
