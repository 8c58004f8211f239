import t from 'tap'
import { fuzz } from './fuzz.ts'
import { formatTable } from './table.ts'

t.test('a23: fuzzed frames, handshakes and requests neither end the service nor leave anything behind, and each is answered or its socket closed', async (t) => {
  const goals = { frames: 2_000, handshakes: 120, bodies: 30 }
  const result = await fuzz({ durationMs: 0, goals, seed: 20_261_122, dialect: undefined, only: undefined, help: false }, {
    say: (line) => t.comment(line),
    stopped: new Promise(() => {}),
    lanes: { unlimited: { frames: 4, handshakes: 20, bodies: 2 }, default: { frames: 1, handshakes: 1, bodies: 1 } }
  })
  t.strictSame(result.findings, [])
  for (const { profile, counts, before, after, heard } of result.services) {
    t.ok((after?.descriptors ?? Infinity) <= before.descriptors, `${profile}: no descriptor is left`)
    t.equal(counts.unanswered, 0, `${profile}: nobody is without an answer`)
    t.ok(heard > 0, `${profile}: a conversation went on meanwhile`)
  }
  const [unlimited] = result.services
  t.ok(unlimited !== undefined && unlimited.counts.done.frames >= goals.frames && unlimited.counts.done.handshakes >= goals.handshakes && unlimited.counts.done.bodies >= goals.bodies)
  t.match(formatTable(result), /crashes 0, unanswered sockets 0, leaked descriptors 0, findings 0\n {2}nothing found/)
})
