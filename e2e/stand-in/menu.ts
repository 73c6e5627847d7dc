import { EventEmitter } from 'node:events'
import { seen } from './common.ts'

type Template = Electron.MenuItemConstructorOptions

export class MenuItem {
  readonly submenu: Menu | undefined
  readonly id: string | undefined
  readonly label: string
  readonly accelerator: string
  checked: boolean
  enabled: boolean
  readonly click: () => void

  constructor(template: Template) {
    this.id = template.id
    this.label = template.label ?? template.role ?? ''
    this.accelerator = template.accelerator ?? ''
    this.checked = template.checked ?? false
    this.enabled = template.enabled ?? true
    this.submenu = Array.isArray(template.submenu) ? new Menu(template.submenu) : undefined
    this.click = () => {
      if (template.type === 'checkbox') this.checked = !this.checked
      const { click } = template
      if (click) Reflect.apply(click, undefined, [this, undefined, {}])
    }
  }
}

export class Menu {
  static #application: Menu | null = null
  static buildFromTemplate = (template: Template[]) => new Menu(template)
  static setApplicationMenu = (menu: Menu | null) => {
    Menu.#application = menu
  }
  static getApplicationMenu = () => Menu.#application
  readonly items: MenuItem[]

  constructor(template: Template[] = []) {
    this.items = template.map((item) => new MenuItem(item))
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}

/** Shows nothing; a test reads it in `seen.trays`. */
export class Tray extends EventEmitter {
  tip = ''
  menu: Menu | null = null

  constructor(image: { isEmpty(): boolean }) {
    super()
    if (image.isEmpty()) throw new Error('Failed to load image for the tray')
    seen.trays.push(this)
  }
  setToolTip(tip: string) {
    this.tip = tip
  }
  setContextMenu(menu: Menu | null) {
    this.menu = menu
  }
  destroy() {
    seen.trays.splice(seen.trays.indexOf(this), 1)
  }
}

true satisfies Tray extends Record<keyof Pick<Electron.Tray, 'setToolTip' | 'setContextMenu' | 'destroy'>, unknown>
  ? true
  : false
