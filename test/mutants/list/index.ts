import type { Mutant } from '../mutant.ts'
import { door } from './door.ts'
import { input } from './input.ts'
import { limits } from './limits.ts'
import { operation } from './operation.ts'
import { rights } from './rights.ts'
import { tokens } from './tokens.ts'

/** All mutants, in the order of the table. */
export const mutants: readonly Mutant[] = [...door, ...tokens, ...rights, ...limits, ...input, ...operation]
