import { Play } from 'lucide-react'
import { useState } from 'react'
import { api } from '#renderer/api/index'
import { useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { showToast } from '#renderer/ui/live'

/** Opens the demo site, where the host can; says where it can't. */
export function DemoButton() {
  const info = useInfo()
  const [busy, setBusy] = useState(false)
  async function open() {
    setBusy(true)
    const { error } = await api
      .call('app.openDemo', {})
      .catch((why: unknown) => ({ error: why instanceof Error ? why.message : String(why) }))
    if (error) showToast({ tone: 'bad', text: error })
    setBusy(false)
  }
  return (
    <Button
      icon={Play}
      busy={busy}
      blocked={info && !info.can.openDemo ? 'Here: end this gateway and start `warlink serve --demo`.' : undefined}
      onClick={() => void open()}
    >
      Open the demo site
    </Button>
  )
}
