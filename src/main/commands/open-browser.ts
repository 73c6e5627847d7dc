import { spawn } from 'node:child_process'

/** Opens an address in the user's browser. False where the OS has no program for it. */
export function openBrowser(url: string, platform = process.platform): Promise<boolean> {
  const [program, ...before] = openers[platform] ?? ['xdg-open']
  if (program === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    // A browser that was started by this may live long: who has not failed soon has opened it.
    const timer = setTimeout(() => resolve(true), 2_000)
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
    child.unref()
  })
}

/** Programs that take the address as one argument, without a shell between. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  win32: ['rundll32.exe', 'url.dll,FileProtocolHandler'],
  darwin: ['open'],
  linux: ['xdg-open'],
}
