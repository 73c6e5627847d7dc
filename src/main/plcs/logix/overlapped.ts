import { abortReason } from './session.ts'

/** Works through a list, `width` at a time. Rejects with the first failure, and when `signal` aborts. */
export async function overlapped<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const runner = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (signal.aborted) throw abortReason(signal)
      await work(next.value)
    }
  }
  await Promise.all(Array.from({ length: width }, runner))
}
