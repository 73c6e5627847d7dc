import { OctagonX } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'

/** A mistake in one screen leaves the frame, and the way to another screen, standing. */
export class Crash extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <EmptyState
        icon={OctagonX}
        title="This screen has failed"
        actions={<Button onClick={() => location.reload()}>Load the window again</Button>}
      >
        The gateway goes on. {error.message}
      </EmptyState>
    )
  }
}
