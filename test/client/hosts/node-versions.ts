import { homedir } from 'node:os'
import { join } from 'node:path'

/** Versions of Node that the client is tried in, oldest first. */
export const NODE_VERSIONS = [20, 22, 24] as const

export type NodeVersion = typeof NODE_VERSIONS[number]

/** The newest of these that the running Node is at least: this Node stands for it. */
export function versionOf (version = process.versions.node): NodeVersion {
  return NODE_VERSIONS.findLast((one) => one <= Number.parseInt(version)) ?? NODE_VERSIONS[0]
}

/** Where a version is installed, as a package of npm. */
export function homeOf (version: NodeVersion): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wshub', `node-${version}`)
}

/** The program of a version. */
export function programOf (version: NodeVersion): string {
  return version === versionOf() ? process.execPath : join(homeOf(version), 'node_modules', 'node', 'bin', 'node')
}
