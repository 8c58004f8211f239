import module from 'node:module'

/** What tap has every process of a test load, and every process that a test starts. */
const TAP_HOOKS = '@tapjs/processinfo'

const { register } = module

/**
 * Loaded before all else by `npm test`: leaves out tap's hooks into the loading of modules, which note what a test has loaded, for coverage and
 * `tap --changed`. They take a thread of their own in each process, 0.4 s of processor time: a third of the whole suite.
 */
Object.assign(module, {
  register: (specifier: string | URL, ...rest: []) => {
    if (!String(specifier).includes(TAP_HOOKS)) register(specifier, ...rest)
  }
})
