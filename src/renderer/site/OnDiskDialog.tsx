import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Difference } from '#renderer/ui/Difference.tsx'
import { reloadConfig } from './change.ts'
import { decideLater, forgetOnDisk, onDisk } from './on-disk.ts'
import { useConfigState } from './site.ts'

/** The difference of the file, and the decision. Once a window: whatever was to be saved, it is asked here. */
export function OnDiskDialog() {
  const { asked, open } = useStore(onDisk)
  const version = useConfigState()?.version
  const [busy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another difference
  useEffect(() => forgetOnDisk, [version])

  async function decide(job: () => Promise<boolean>) {
    setBusy(true)
    const done = await job()
    setBusy(false)
    if (done) forgetOnDisk()
    else decideLater()
  }
  async function reload() {
    const done = await reloadConfig()
    asked?.onReloaded?.()
    return done
  }
  const overwrite = asked?.overwrite
  return (
    <Dialog
      open={open}
      wide
      title="The file was changed by somebody else"
      onClose={decideLater}
      footer={
        <>
          <span className="mid">Later: Settings, Configuration file.</span>
          <span className="grow" />
          <Button onClick={decideLater}>Decide later</Button>
          <Button busy={busy} onClick={() => void decide(reload)}>
            Reload the file
          </Button>
          {overwrite && (
            <Button kind="danger" busy={busy} onClick={() => void decide(overwrite)}>
              Save my change over it
            </Button>
          )}
        </>
      }
    >
      <p>
        From what this window has read to what is in the file now. <b>Reload</b> takes it over; your change is not made,
        and what you typed stays in its form.{' '}
        {overwrite && (
          <>
            <b>Save over it</b> applies your change to the version this window knows, and their change is lost (a copy
            is in the .bak file).
          </>
        )}
      </p>
      {asked && <Difference lines={asked.lines} label="Difference of the file" />}
    </Dialog>
  )
}
