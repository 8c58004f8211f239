import { join } from 'node:path'

/** The repository's top folder, seen from the compiled tests in `dist/test/support`. */
export const projectRoot = join(import.meta.dirname, '..', '..', '..')
