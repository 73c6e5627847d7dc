import { Braces, Download, FileText, Play, Square, Users } from 'lucide-react'
import { useState } from 'react'
import { api } from '#renderer/api/index'
import { useConfigState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { download } from '#renderer/ui/download'
import { Banner, Progress } from '#renderer/ui/EmptyState.tsx'
import { showToast } from '#renderer/ui/live'
import { go } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import { utcTime } from '#renderer/ui/times'
import { type CheckNumber, meanwhile, type RunState } from '#shared/isolation-run'
import { AclDialog } from './AclDialog.tsx'
import { CheckList } from './CheckList.tsx'
import { ClaimPart } from './ClaimPart.tsx'
import { Guide } from './Guide.tsx'
import { Others } from './Others.tsx'
import { ReportBar } from './ReportBar.tsx'
import { SiblingDialog } from './SiblingDialog.tsx'
import { ThisSite } from './ThisSite.tsx'
import { ask, textOf, useIsolation } from './use-isolation.ts'
import './isolation.css'

const views = [
  { value: 'checks', label: 'Checks' },
  { value: 'guide', label: 'Guide' },
] as const

/** Is this gateway alone in its namespace: the claim, the run with its evidence, the others, the report. */
export function Page({ path }: PageProps) {
  const view = path[0] === 'guide' ? 'guide' : 'checks'
  const state = useConfigState()
  const isolation = useIsolation()
  const [acl, setAcl] = useState(false)
  const [choosing, setChoosing] = useState(false)
  const [busy, setBusy] = useState(false)
  const { run } = isolation
  const ended = run.kind === 'ended'

  async function start(order: { readonly checks?: readonly CheckNumber[]; readonly sibling?: string } = {}) {
    setBusy(true)
    const { checks, sibling } = order
    const started = await ask(
      api.call('isolation.run', { ...(checks ? { checks: [...checks] } : {}), ...(sibling ? { sibling } : {}) }),
    )
    setBusy(false)
    return started
  }
  async function report(format: 'html' | 'json') {
    try {
      const { name, text } = await api.call('isolation.report', { format })
      download(name, text, format === 'html' ? 'text/html' : 'application/json')
    } catch (error) {
      showToast({ tone: 'bad', text: textOf(error) })
    }
  }
  const warning = state?.config ? meanwhile(state.config) : ''
  const noReport = ended ? undefined : 'No run has ended yet.'

  return (
    <div className="screen isolation">
      <header className="head">
        <h1>Isolation</h1>
        <Segmented
          label="View"
          options={views}
          value={view}
          onValue={(next) => go('isolation', next === 'checks' ? [] : [next])}
        />
        <span className="text cut">{runText(run)}</span>
        <span className="grow" />
        <Button kind="plain" icon={FileText} onClick={() => setAcl(true)}>
          ACL files
        </Button>
        <Button kind="plain" icon={Download} blocked={noReport} onClick={() => void report('html')}>
          Report HTML
        </Button>
        <Button kind="plain" icon={Braces} blocked={noReport} onClick={() => void report('json')}>
          JSON
        </Button>
        {run.kind === 'running' ? (
          <Button icon={Square} onClick={() => void ask(api.call('isolation.cancel', {}))}>
            Cancel the run
          </Button>
        ) : (
          <>
            <Button kind="plain" icon={Users} onClick={() => setChoosing(true)}>
              Run with a sibling…
            </Button>
            <Button kind="primary" icon={Play} busy={busy} onClick={() => void start()}>
              Run 12 checks
            </Button>
          </>
        )}
      </header>
      {isolation.error && <Banner tone="warn">{isolation.error}</Banner>}
      <ClaimPart claim={isolation.claim} />
      {view === 'guide' ? (
        <Guide isolation={isolation} />
      ) : (
        <>
          {run.kind !== 'running' && warning && <p className="meanwhile mid">{warning}</p>}
          {run.kind === 'running' ? <Running run={run} /> : <ReportBar run={run} config={state?.config} />}
          <SplitPanes
            panes={[
              { id: 'isolation-site', size: 216, min: 180, max: 360 },
              { id: 'isolation-checks', min: 420 },
              { id: 'isolation-others', size: 262, min: 200, max: 420 },
            ]}
          >
            <ThisSite isolation={isolation} config={state?.config} />
            <CheckList
              run={run}
              namespace={state?.config?.namespace ?? ''}
              meanwhile={warning}
              onRun={(check) => void start({ checks: [check] })}
            />
            <Others isolation={isolation} namespace={state?.config?.namespace ?? ''} />
          </SplitPanes>
        </>
      )}
      {choosing && (
        <SiblingDialog busy={busy} onRun={(sibling) => start({ sibling })} onClose={() => setChoosing(false)} />
      )}
      {state?.config && <AclDialog open={acl} onClose={() => setAcl(false)} config={state.config} />}
    </div>
  )
}

function runText(run: RunState): string {
  switch (run.kind) {
    case 'none':
      return 'Not run yet'
    case 'running':
      return `Running since ${utcTime(run.startedAt)}`
    case 'ended': {
      const how = run.how === 'complete' ? '' : run.how === 'cancelled' ? ', cancelled' : `, failed: ${run.error}`
      return `Run of ${utcTime(run.startedAt)}, took ${Math.round((run.endedAt - run.startedAt) / 1_000)} s${how}`
    }
  }
}

function Running({ run }: { readonly run: Extract<RunState, { kind: 'running' }> }) {
  const doing = run.now.map(({ doing: what }) => what).join('; ')
  return (
    <div className="isolation-running">
      <Progress
        label={`${doing || 'Beginning'}, about ${Math.ceil(run.leftMs / 1_000)} s left`}
        value={run.results.length}
        most={run.wanted.length}
      />
    </div>
  )
}
