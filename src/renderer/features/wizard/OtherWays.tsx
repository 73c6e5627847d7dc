import { FileInput, Layers, Server } from 'lucide-react'
import { useRef, useState } from 'react'
import { DemoButton } from '#renderer/site/DemoButton.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { showToast } from '#renderer/ui/live'
import { ImportDialog } from './ImportDialog.tsx'

/** Besides the wizard: the demo site, a configuration that exists, a gateway on a server. */
export function OtherWays() {
  const fileRef = useRef<HTMLInputElement>(null)
  const [text, setText] = useState<string>()

  return (
    <aside className="wizard-aside" aria-label="Other ways to begin">
      <section>
        <h2>
          <Icon of={Layers} /> Look around first
        </h2>
        <p>
          The demo site runs inside this application: two simulated controllers and a broker. Nothing leaves this
          computer, and your configuration stays empty.
        </p>
        <DemoButton />
      </section>
      <section>
        <h2>
          <Icon of={FileInput} /> Have a configuration already
        </h2>
        <p>Files of WarLink load unchanged. Differences are listed before anything is saved.</p>
        <Button onClick={() => fileRef.current?.click()}>Import a configuration…</Button>
        <input
          ref={fileRef}
          className="hidden-text"
          type="file"
          accept=".yaml,.yml"
          tabIndex={-1}
          aria-label="Configuration file to import"
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file)
              file
                .text()
                .then(setText, (why: unknown) => showToast({ tone: 'bad', text: `${file.name}: ${String(why)}` }))
          }}
        />
      </section>
      <section>
        <h2>
          <Icon of={Server} /> Gateway on a server
        </h2>
        <p>
          Make the file here, then export it with its secrets (Settings) and start it there with{' '}
          <code>warlink run --config</code>.
        </p>
      </section>
      {text !== undefined && <ImportDialog text={text} onClose={() => setText(undefined)} />}
    </aside>
  )
}
