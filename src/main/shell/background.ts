/** What of the gateway shows outside its window: the tray, and a computer that stays awake while writes are armed. */
import { Menu, nativeImage, powerSaveBlocker, Tray } from 'electron'
import type { Log } from '#main/log'
import type { Summary } from './summary.ts'
import { type TrayActions, trayTemplate, trayTip } from './tray.ts'

export interface BackgroundOptions {
  readonly icon: string
  readonly actions: TrayActions
  readonly log: Log
}

export interface Background {
  show(summary: Summary, keepRunning: boolean): void
  close(): void
}

export function createBackground({ icon, actions, log }: BackgroundOptions): Background {
  let awake: number | undefined
  let tray: Tray | undefined
  try {
    tray = new Tray(nativeImage.createFromPath(icon))
    tray.on('click', actions.show)
  } catch (error) {
    log.info(`tray: there is none here (${String(error)}); start the application again to see its window`)
  }

  /** Asleep, the gateway would be gone for the brokers and miss what is written. */
  function stayAwake(armed: boolean) {
    if (armed && awake === undefined) awake = powerSaveBlocker.start('prevent-app-suspension')
    if (armed || awake === undefined) return
    powerSaveBlocker.stop(awake)
    awake = undefined
  }
  return {
    show: (summary, keepRunning) => {
      stayAwake(summary.armed)
      tray?.setToolTip(trayTip(summary))
      tray?.setContextMenu(Menu.buildFromTemplate(trayTemplate(summary, actions, keepRunning)))
    },
    close: () => {
      stayAwake(false)
      tray?.destroy()
    },
  }
}
