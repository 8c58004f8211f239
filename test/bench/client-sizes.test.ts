import { join } from 'node:path'
import t from 'tap'
import { bundle } from '../../bench/client/bundle.ts'
import { sizeOf } from '../../bench/client/sizes.ts'
import { projectRoot } from '../support/project-root.ts'

t.test('a bundle is one module that needs no other, and its sizes get smaller', async (t) => {
  const file = await bundle('export * from \'./client/index.js\'', join(projectRoot, 'dist'))
  t.notMatch(Buffer.from(file).toString(), /\bimport\b/)
  const { minified, gzip, brotli } = sizeOf('wshub', file)
  t.equal(minified, file.length)
  t.ok(minified > gzip && gzip > brotli)
})

t.test('what cannot be bundled is an error', async (t) => {
  await t.rejects(bundle('export * from \'./nowhere.js\'', projectRoot), /nowhere/)
})
