#!/usr/bin/env node
import { runCli } from './cli/run-cli.ts'

// Whoever read the output may be gone: a service goes on without, and commands that mind listen themselves.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

process.exitCode = await runCli(process.argv.slice(2), process)
