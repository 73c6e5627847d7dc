import { useState } from 'react'
import { reloadConfig } from '#renderer/site/change'
import { useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { State } from '#renderer/ui/State.tsx'
import type { ConfigProblem } from '#shared/config'
import type { ConfigState } from '#shared/site'
import { openPath } from './window-commands.ts'
import './BrokenConfig.css'

/** The file has mistakes and no gateway runs: all of them, with their places, and how to go on. */
export function BrokenConfig({ config }: { readonly config: ConfigState }) {
  const info = useInfo()
  return (
    <div className="screen">
      <header className="head">
        <h1>Configuration has errors</h1>
        <span className="text mono cut">{config.path}</span>
        <span className="grow" />
        {info?.can.openPaths && <Button onClick={() => void openPath('config')}>Open the file</Button>}
        <ReloadButton primary />
      </header>
      <div className="scroll">
        <p className="pad mid">
          The gateway has not started: a half-configured one would publish under wrong names. Correct these lines in the
          file, then read it again.
        </p>
        <Problems problems={config.problems} />
      </div>
    </div>
  )
}

/** Mistakes and remarks, each with its place in the file. */
export function Problems({ problems }: { readonly problems: readonly ConfigProblem[] }) {
  return (
    <ul className="problems">
      {problems.map((problem) => (
        <li key={`${problem.line}:${problem.column} ${problem.path} ${problem.text}`}>
          <State kind={problem.severity === 'error' ? 'bad' : 'warn'}>{problem.severity}</State>
          <span>{problem.text}</span>
          <span className="where">
            line {problem.line}, column {problem.column}
            {problem.path && `, ${problem.path}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Takes over what is on the disk now. */
export function ReloadButton({ primary }: { readonly primary?: boolean }) {
  const [busy, setBusy] = useState(false)
  async function reload() {
    setBusy(true)
    await reloadConfig()
    setBusy(false)
  }
  return (
    <Button kind={primary ? 'primary' : 'normal'} busy={busy} onClick={() => void reload()}>
      Read the file again
    </Button>
  )
}
