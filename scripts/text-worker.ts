/** Bundles the thread that does text jobs (`src/main/config/text-worker.ts`) into one file without imports. */
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** Its name beside the entries of the main process. */
export const textWorkerName = 'text-worker.cjs'

/** The code, as a script that `Worker` takes. `root`: of the project; to be given where this file is bundled itself. */
export async function bundleTextWorker(root = resolve(import.meta.dirname, '..')): Promise<string> {
  const bundle = await rolldown({
    input: resolve(root, 'src/main/config/text-worker.ts'),
    platform: 'node',
    logLevel: 'warn',
  })
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false })
  await bundle.close()
  const [chunk, ...others] = output
  if (others.length > 0) throw new Error('text worker: expected one file')
  return chunk.code
}
