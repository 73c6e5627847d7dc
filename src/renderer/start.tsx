import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './ui/tokens.css'
import './ui/base.css'

import { createRoot } from 'react-dom/client'
import { api } from '#renderer/api/index'
import { showLook } from '#renderer/site/look'
import { keepPreferences, preferences } from '#renderer/site/preferences'
import { startSite } from '#renderer/site/site'
import { showToast } from '#renderer/ui/live'
import { App } from './app.tsx'

showLook(preferences.getState())
startSite(api)
const complain = (why: string) => showToast({ tone: 'warn', text: `Preferences are not saved: ${why}` })
keepPreferences(api, complain).catch((error: unknown) =>
  complain(error instanceof Error ? error.message : String(error)),
)

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
