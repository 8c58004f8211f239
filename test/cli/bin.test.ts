import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../support/project-root.ts'
import { cliPath, spawnCli } from '../support/cli-process.ts'

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))

t.test('the bin of the package is a script that runs on node', async (t) => {
  t.equal(join(projectRoot, manifest.bin.wshub), cliPath)
  t.ok(readFileSync(cliPath, 'utf8').startsWith('#!/usr/bin/env node\n'))
})

t.test('the version is the one of the package', async (t) => {
  const cli = spawnCli(t, ['--version'])
  t.same(await cli.ended, { code: 0, signal: null })
  t.equal(cli.stdout, `${manifest.version}\n`)
})

t.test('an exit code of a command becomes that of the process', async (t) => {
  t.same(await spawnCli(t, ['nonsense']).ended, { code: 2, signal: null })
})
