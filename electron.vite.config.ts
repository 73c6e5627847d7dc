import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { bundleTextWorker, textWorkerName } from './scripts/text-worker.ts'

const at = (path: string) => resolve(import.meta.dirname, path)

// `electron-vite` takes its default target from the Electron version; plain Node runs this bundle too, so the
// oldest Node of package.json's `engines` is the target. Everything is bundled: the application ships no node_modules.
export default defineConfig({
  main: {
    // The thread that edits long configurations: one file without imports, since it is started from its code.
    plugins: [
      {
        name: 'text-worker',
        async generateBundle() {
          this.emitFile({
            type: 'asset',
            fileName: textWorkerName,
            source: await bundleTextWorker(import.meta.dirname),
          })
        },
      },
    ],
    build: {
      target: 'node20.19',
      externalizeDeps: false,
      rolldownOptions: { input: { index: at('src/main/index.ts'), cli: at('src/main/cli.ts') } },
    },
  },
  // A sandboxed preload is one CommonJS file: it can't import, and `require` gives it Electron alone.
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    plugins: [react()],
    // Files of their own: the page may load none from `data:`.
    build: { minify: true, assetsInlineLimit: 0, rolldownOptions: { input: at('src/renderer/index.html') } },
  },
})
