import { CircleDashed, OctagonX, ShieldCheck } from 'lucide-react'
import { Icon } from '#renderer/ui/Icon.tsx'
import { type RunState, verdictWords } from '#shared/isolation-run'
import type { ConfigView } from '#shared/site'
import { summaryOf } from './words.ts'

const icons = { pass: ShieldCheck, 'not-proven': CircleDashed, fail: OctagonX }

/** The verdict first, then what it is of and how long it holds. */
export function ReportBar({ run, config }: { readonly run: RunState; readonly config: ConfigView | undefined }) {
  const { verdict, passed, open, earlier, alarm } = summaryOf(run)
  const report = run.kind === 'ended' ? run.report : undefined
  return (
    <section className="report" aria-label="Report">
      <div className={`verdict ${verdict ?? 'none'}`} role="status">
        <Icon of={verdict ? icons[verdict] : CircleDashed} />
        <div>
          <b>{verdict ? verdictWords[verdict] : 'NOT PROVEN'}</b>
          <span>{passed || 'no run yet'}</span>
        </div>
      </div>
      <dl>
        <div>
          <dt>Site and namespace</dt>
          <dd className="cut">{report?.site || config?.site || 'no site name'}</dd>
          <dd className="ns-part mono cut">{report?.namespace ?? config?.namespace}</dd>
        </div>
        <div>
          <dt>Configuration</dt>
          <dd className="mono">{report ? `sha256 ${report.digest.slice(0, 4)}…${report.digest.slice(-4)}` : '–'}</dd>
          <dd className="mid">without secrets</dd>
        </div>
        <div>
          <dt>Open</dt>
          <dd>{report ? open : 'all 12 checks'}</dd>
          <dd className="mid">
            {report?.role === 'requester' ? 'made as requester: another host holds the claim' : earlier}
          </dd>
        </div>
        <div>
          <dt>Holds until</dt>
          <dd className="mid">configuration, ACL, owner record or a pin changes</dd>
          <dd className="amended">{alarm}</dd>
        </div>
      </dl>
    </section>
  )
}
