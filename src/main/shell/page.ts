/** The window's page: its own scheme in place of files, so that it has an origin and the same policy as in a browser. */
import type { Protocol } from 'electron'
import { readAsset, securityHeaders } from '#main/wires/assets'

const scheme = 'app'
const origin = `${scheme}://window`

export const pageUrl = `${origin}/`

/** Before the application is ready. */
export function declareScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>) {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built window in `folder`. */
export function servePage(protocol: Pick<Protocol, 'handle'>, folder: string) {
  protocol.handle(scheme, async (request) => {
    const asset =
      isOwnPage(request.url) && request.method === 'GET' ? await readAsset(folder, pathOf(request.url)) : undefined
    if (!asset) return new Response('nothing is here', { status: 404, headers: securityHeaders })
    return new Response(asset.body, { headers: { ...securityHeaders, 'Content-Type': asset.type } })
  })
}

function pathOf(url: string): string {
  return new URL(url).pathname
}

export function isOwnPage(url: string): boolean {
  return url.startsWith(pageUrl)
}
