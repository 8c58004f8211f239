import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startService, tokenFor, type Teardown } from '../helper.ts'
import { spawnCli, type CliProcess } from '../support/cli-process.ts'
import { doctor, socketOf } from '../support/doctor.ts'
import { startQuirkyProxy } from '../support/quirky-proxy.ts'
import { selfSigned, type SelfSigned } from '../support/self-signed.ts'

/** Examines a service behind TLS on a machine that trusts its certificate, and gives back what was said about it. */
async function trusting (t: Teardown, certificate: SelfSigned): Promise<{ code: number | null, tls: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'wshub-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, certificate.cert)
  const url = await startQuirkyProxy(t, [await startService(t)], { certificate })
  const process: CliProcess = spawnCli(t, ['doctor', '--url', url], { WSHUB_TOKEN: await tokenFor({ sub: 'ada' }), NODE_EXTRA_CA_CERTS: file })
  const { code } = await process.ended
  return { code, tls: /^\w+ +tls +.*$/m.exec(process.stdout)?.[0] ?? process.stdout }
}

t.test('a trusted certificate is shown with the days it has left, and everything goes on over TLS', async (t) => {
  t.match(await trusting(t, selfSigned({ days: 90.5 })), { code: 0, tls: /^ok +tls +TLSv1\.3, certificate valid for 90 days$/ })
})

t.test('a certificate that ends soon is worth a warning, one that has ended or is for others fails', async (t) => {
  const [soon, ended, other] = await Promise.all([
    trusting(t, selfSigned({ days: 5.5 })), trusting(t, selfSigned({ days: -1 })), trusting(t, selfSigned({ address: [10, 0, 0, 1] }))
  ])
  t.match(soon, { code: 0, tls: /^warning +tls +TLSv1\.3, certificate valid for 5 days$/ })
  t.match(ended, { code: 1, tls: /^failed +tls +TLSv1\.3, CERT_HAS_EXPIRED$/ })
  t.match(other, { code: 1, tls: /^failed +tls +TLSv1\.3, ERR_TLS_CERT_ALTNAME_INVALID$/ })
})

t.test('a certificate that nobody vouches for ends the visit before a token is sent', async (t) => {
  const { code, failed, checks } = await doctor(await startQuirkyProxy(t, [await startService(t)], { certificate: selfSigned() }))
  t.same([code, failed], [1, ['tls']])
  t.match(checks, { tls: { value: /DEPTH_ZERO_SELF_SIGNED_CERT/, advice: /NODE_EXTRA_CA_CERTS/ }, upgrade: { status: 'skipped' } })
})

t.test('a port that speaks no TLS fails', async (t) => {
  const { failed, checks } = await doctor(socketOf(await startService(t)).replace('ws:', 'wss:'))
  t.same(failed, ['tls'])
  t.match(checks['tls']?.advice, /No TLS/)
})
