import type { Gateway } from '#main/gateway/gateway'
import type { IsolationPart } from '#main/gateway/isolation-part'
import { neededGateway } from '#main/gateway/needed'
import type { Site } from '#main/gateway/site'
import type { IsolationStatus, Outcome, SitesImport } from '#shared/contract/isolation'
import type { RunState } from '#shared/isolation-run'
import { pinState } from '#shared/pin'
import { RpcError } from '#shared/rpc'
import type { SomeRequests } from './some.ts'

export function isolationRequests(site: Site): SomeRequests<'isolation.'> {
  const part = () => neededPart(site)
  return {
    'isolation.status': () => isolationStatus(neededGateway(site)),
    'isolation.take': (input) => takeNamespace(neededGateway(site), input),
    'isolation.clearContested': () => neededGateway(site).claim.clearContested(),
    'isolation.run': (input) => part().start(input),
    'isolation.cancel': () => part().cancel(),
    'isolation.report': ({ format }) => reportFile(part(), format),
    'isolation.accept': ({ check, name, reason }) => part().accept(check, { name, reason }),
    'isolation.addSite': ({ namespace, site: name }) => addedSite(part(), namespace, name),
    'isolation.removeSite': ({ namespace }) => {
      part().sites.remove(namespace)
      return { ok: true }
    },
    'isolation.importSites': ({ text }) => importedSites(part(), text),
  }
}

/** The run as it goes on; again from its beginning where a changed configuration started another gateway. */
export function runProgress(site: Site, emit: (state: RunState) => void): () => void {
  let stop = () => {}
  let followed: Gateway | undefined
  const follow = () => {
    const { gateway } = site.now.getState()
    if (gateway === followed) return
    followed = gateway
    stop()
    stop = () => {}
    const state = gateway?.isolation?.state
    emit(state?.getState() ?? { kind: 'none' })
    if (state) stop = state.subscribe(emit)
  }
  const unfollow = site.now.subscribe(follow)
  follow()
  return () => {
    unfollow()
    stop()
  }
}

function neededPart(site: Site): IsolationPart {
  const { isolation } = neededGateway(site)
  if (!isolation) throw new RpcError('refused', 'This gateway makes no isolation runs.')
  return isolation
}

/** The claim, the pins and the other sites now. */
export function isolationStatus({
  claim,
  plcs,
  isolation,
}: Pick<Gateway, 'claim' | 'plcs' | 'isolation'>): IsolationStatus {
  return {
    claim: claim.now(),
    pins: plcs.map(({ config, state }) => {
      const now = state.getState()
      return { plc: config.name, pin: pinState(config.pin, now.kind === 'online' ? now.identity : undefined) }
    }),
    sites: isolation?.sites.list() ?? [],
  }
}

/** A person takes the namespace over: typed as it is, so that nobody does it by the way. */
export function takeNamespace(
  { claim }: Pick<Gateway, 'claim'>,
  { namespace, name, reason }: { readonly namespace: string; readonly name: string; readonly reason: string },
): Outcome {
  const own = claim.now().namespace
  if (namespace !== own) {
    return { ok: false, error: `claim: "${namespace}" is not this gateway's namespace. Type "${own}" to take it over.` }
  }
  return claim.take(name, reason)
}

function reportFile(part: IsolationPart, format: 'html' | 'json'): { readonly name: string; readonly text: string } {
  const file = part.reportFile(format)
  if (!file) throw new RpcError('refused', 'There is no report yet: run the checks first.')
  return file
}

function addedSite({ sites }: IsolationPart, namespace: string, site: string): Outcome {
  const problem = sites.add({ namespace, site }, 'typed')
  return problem ? { ok: false, error: problem } : { ok: true }
}

function importedSites({ sites }: IsolationPart, text: string): SitesImport {
  return sites.importText(text)
}
