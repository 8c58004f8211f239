import neostandard from 'neostandard'

/** What the domain in `src/` may not know: HTTP framework, wiring, routes, settings. */
const outward = ['fastify', '@fastify/*', 'fastify-plugin', '**/plugins/*', '**/routes/*', '**/config/*']
const entryPoints = ['src/app.ts', 'src/server.ts', 'src/cli.ts', 'src/cli/**', 'src/index.ts']

export default [
  ...neostandard({ ts: true, ignores: ['dist/**', '.tap/**'] }),
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // Names of the wire are in snake_case.
      camelcase: ['error', { properties: 'never', ignoreDestructuring: true }],
      'no-console': 'error',
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      complexity: ['error', 12]
    }
  },
  {
    files: ['src/**/*.ts'],
    ignores: entryPoints,
    rules: { 'no-restricted-imports': ['error', { patterns: outward }] }
  }
]
