import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import type { ChangePreview } from '#shared/site'

export interface Preview {
  readonly state: 'idle' | 'asking' | 'known'
  readonly preview?: ChangePreview
  /** Why it can't be saved; undefined where it can, as far as is known. */
  readonly blocked: string | undefined
}

/** A pause while one types. */
const pauseMs = 250

/** What the gateway says of a new namespace, asked while one types; '' asks nothing. */
export function usePreview(namespace: string): Preview {
  const [known, setKnown] = useState<{ readonly of: string; readonly preview: ChangePreview }>()
  useEffect(() => {
    if (namespace === '') return
    const giveUp = new AbortController()
    const timer = setTimeout(() => {
      const edits = [{ kind: 'set' as const, keys: { namespace } }]
      api.call('config.preview', { edits }, { signal: giveUp.signal }).then(
        (preview) => setKnown({ of: namespace, preview }),
        (error: unknown) => {
          if (giveUp.signal.aborted) return
          const why = error instanceof Error ? error.message : String(error)
          setKnown({ of: namespace, preview: { error: why, difference: [], problems: [], steps: [] } })
        },
      )
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      giveUp.abort()
    }
  }, [namespace])
  if (namespace === '') return { state: 'idle', blocked: undefined }
  if (known?.of !== namespace) return { state: 'asking', blocked: 'The gateway is being asked.' }
  const { preview } = known
  const error = preview.problems.find(({ severity }) => severity === 'error')
  return { state: 'known', preview, blocked: preview.error || error?.text }
}
