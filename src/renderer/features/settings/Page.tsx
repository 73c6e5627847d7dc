import { FileText, Upload } from 'lucide-react'
import { type ComponentType, useState } from 'react'
import { NoConfig } from '#renderer/frame/NoConfig.tsx'
import { openPath } from '#renderer/frame/window-commands'
import { useConfigState, useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { placeHash } from '#renderer/ui/router'
import type { PageProps } from '#renderer/ui/screen'
import { About } from './About.tsx'
import { Appearance } from './Appearance.tsx'
import { ExportServer } from './ExportServer.tsx'
import { FilePart } from './FilePart.tsx'
import { Help } from './Help.tsx'
import { Keys } from './Keys.tsx'
import { LeftOversPart } from './LeftOversPart.tsx'
import { NamespacePart } from './NamespacePart.tsx'
import { fileName } from './Section.tsx'
import { SitePart } from './SitePart.tsx'
import { WritesPart } from './WritesPart.tsx'
import './Page.css'

interface Part {
  readonly id: string
  readonly title: string
  /** What it is about: without that it is not shown. */
  readonly needs?: 'configuration' | 'file'
  readonly Body: ComponentType<PageProps>
}

const parts: readonly Part[] = [
  { id: 'namespace', title: 'Namespace', needs: 'configuration', Body: NamespacePart },
  { id: 'site', title: 'Site', needs: 'configuration', Body: SitePart },
  { id: 'writes', title: 'Writes', needs: 'configuration', Body: WritesPart },
  { id: 'left-overs', title: 'Left-overs', needs: 'configuration', Body: LeftOversPart },
  { id: 'file', title: 'Configuration file', needs: 'file', Body: FilePart },
  { id: 'appearance', title: 'Appearance', Body: Appearance },
  { id: 'keys', title: 'Keys', Body: Keys },
  { id: 'help', title: 'Help', Body: Help },
  { id: 'about', title: 'About', Body: About },
]

/** Settings: what holds for the whole site, and for this person. */
export function Page(props: PageProps) {
  const part = parts.find(({ id }) => id === props.path[0]) ?? parts[0]
  const info = useInfo()
  const lacks = useLacks(part)
  const noFile = useConfigState()?.site.kind === 'no-file'
  const [exporting, setExporting] = useState(false)
  return (
    <div className="screen">
      <header className="head">
        <h1>Settings</h1>
        <span className="grow" />
        <Button
          kind="plain"
          icon={Upload}
          blocked={noFile ? 'There is no configuration yet.' : undefined}
          onClick={() => setExporting(true)}
        >
          Export for a server
        </Button>
        {info?.can.openPaths && (
          <Button kind="plain" icon={FileText} onClick={() => void openPath('config')}>
            Open {fileName(info.configPath)}
          </Button>
        )}
      </header>
      <div className="panes">
        <nav className="sub-nav" aria-label="Settings">
          <ul>
            {parts.map(({ id, title }) => (
              <li key={id}>
                <a href={placeHash('settings', [id])} aria-current={id === part?.id ? 'page' : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="settings-body">
          {part && (lacks ? <NoConfig what={part.title} /> : <part.Body key={part.id} {...props} />)}
        </div>
      </div>
      <ExportServer open={exporting} onClose={() => setExporting(false)} />
    </div>
  )
}

/** Whether the site lacks what a part is about. */
function useLacks(part: Part | undefined): boolean {
  const kind = useConfigState()?.site.kind
  return (kind === 'no-file' && part?.needs !== undefined) || (kind === 'broken' && part?.needs === 'configuration')
}
