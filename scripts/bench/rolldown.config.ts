import { defineConfig } from 'rolldown'

// What is measured runs as it is shipped: bundled, without the helpers a loader of TypeScript adds to every closure.
export default defineConfig({
  input: 'scripts/bench/index.ts',
  platform: 'node',
  external: (id) => /^[a-z@]/.test(id),
  logLevel: 'warn',
  output: { dir: 'out/bench', entryFileNames: '[name].mjs', cleanDir: true },
})
