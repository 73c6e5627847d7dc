/** The files of the window, as both hosts give them to it: with the same types, and the same strict policy. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Our own files and nothing else: no inline script or style, no other origin, no text that becomes code. `connect-src
 * 'self'` covers the WebSocket of the same origin.
 */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** With every answer, good or bad. */
export const securityHeaders = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  // 'no-referrer' would hide from ourselves where a form came from.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
} as const

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  /** Its name changes with its content. */
  readonly lasting: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
}

/** One file of the window in `folder`; undefined where it is none of it. */
export async function readAsset(folder: string, urlPath: string): Promise<Asset | undefined> {
  const name = nameOf(urlPath)
  if (name === undefined) return undefined
  const file = path.join(folder, name === '/' ? 'index.html' : name)
  const type = types[path.extname(file)]
  if (type === undefined || !file.startsWith(folder + path.sep)) return undefined
  try {
    const read = await readFile(file)
    return { body: new Uint8Array(read), type, lasting: name.startsWith('/assets/') }
  } catch {
    return undefined
  }
}

function nameOf(urlPath: string): string | undefined {
  try {
    const name = decodeURIComponent(urlPath)
    return /[\0\\]|^\/\//.test(name) ? undefined : path.posix.normalize(name)
  } catch {
    return undefined
  }
}

/** Whether the window has been built into `folder`. */
export async function isBuilt(folder: string): Promise<boolean> {
  return await stat(path.join(folder, 'assets')).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
