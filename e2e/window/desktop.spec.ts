import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { shellExecutable } from './hosts.ts'
import { expect, test } from './test.ts'

/** What only the desktop application does. */
const root = resolve(import.meta.dirname, '../..')

const screens = { name: 'Screens' }

interface Shown {
  asked: string[]
  opened: string[]
  started: string[][]
}
declare global {
  var shown: Shown
}

/** Takes the place of what people and the OS would answer, as tests of the real binary do. */
async function answer(app: ElectronApplication, response: number) {
  await app.evaluate(({ dialog, shell }, button) => {
    globalThis.shown = { asked: [], opened: [], started: [] }
    dialog.showMessageBox = async (...args: unknown[]) => {
      const question = args.at(-1)
      if (typeof question === 'object' && question && 'message' in question)
        globalThis.shown.asked.push(String(question.message))
      return { response: button, checkboxChecked: false }
    }
    shell.openExternal = async (url) => void globalThis.shown.opened.push(url)
  }, response)
}

/** Until what was begun by an evaluation before has run to its end: an answer to a question, say. */
const settled = (app: ElectronApplication) => app.evaluate(() => new Promise((resolve) => setImmediate(resolve)))

const desktopOf = (window: { readonly app?: ElectronApplication }) => {
  if (!window.app) throw new Error('this is no desktop')
  return window.app
}

test('the page has no Node, no way to run text as code, and two functions to speak through', async ({ open }) => {
  const { page, watch } = await open({ demo: true })
  watch.expect(/Content Security Policy|TrustedHTML|TrustedScript|This document requires/)
  const found = await page.evaluate(() => {
    const attempt = (work: () => void) => {
      try {
        work()
        return 'done'
      } catch {
        return 'refused'
      }
    }
    const script = document.createElement('script')
    const asText = attempt(() => {
      script.textContent = 'window.ran = true'
    })
    document.body.append(script)
    const style = document.createElement('style')
    style.textContent = 'body { outline: 7px solid red }'
    document.head.append(style)
    return {
      node: [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')],
      bridge: Object.keys(Reflect.get(window, 'warlink')).sort(),
      frozen: Object.isFrozen(Reflect.get(window, 'warlink')),
      asText,
      ran: Reflect.get(window, 'ran') === true,
      html: attempt(() => {
        document.createElement('p').innerHTML = '<b>x</b>'
      }),
      styled: getComputedStyle(document.body).outlineWidth === '7px',
    }
  })
  expect(found).toEqual({
    node: ['undefined', 'undefined'],
    bridge: ['onFrame', 'send'],
    frozen: true,
    asText: 'refused',
    ran: false,
    html: 'refused',
    styled: false,
  })
})

test('a link to the web opens outside; nothing leads the window away', async ({ open }) => {
  const window = await open({ demo: true })
  const { page } = window
  const app = desktopOf(window)
  await answer(app, 0)
  await page.evaluate(() => {
    for (const url of [
      'https://example.com/a',
      'http://example.com/b',
      'file:///etc/passwd',
      'javascript:1',
      'mailto:x@example.com',
    ])
      globalThis.open(url)
  })
  await expect.poll(() => app.evaluate(() => globalThis.shown.opened)).toEqual(['https://example.com/a'])
  const before = page.url()
  await page.evaluate(() => location.assign('https://example.org/'))
  await expect(page.getByRole('navigation', screens)).toBeVisible()
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})

test('quitting while writes are armed asks first, and ends the gateway in good order', async ({ open }) => {
  const window = await open({ demo: true })
  const app = desktopOf(window)
  await expect.poll(() => window.printed.join('\n')).toContain('online')
  const { printed } = window
  await answer(app, 1)
  await app.evaluate(({ app: own }) => own.quit())
  await expect
    .poll(() => app.evaluate(() => globalThis.shown.asked))
    .toEqual([expect.stringMatching(/^Writes are armed/)])
  // While a question is open there is no second one, and its answer comes after the evaluation that asked.
  await settled(app)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(() => app.evaluate(() => globalThis.shown.asked.length)).toBe(2)
  await expect(window.page.getByRole('navigation', screens)).toBeVisible()
  await answer(app, 0)
  const exited = once(app.process(), 'exit')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {})
  expect((await exited)[0]).toBe(0)
  expect(printed.join('\n')).not.toMatch(/ERROR/)
})

test('a closed window keeps running in the background where that is wanted, and comes back', async ({ open }) => {
  const app = desktopOf(await open({ demo: true }))
  const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
  await expect.poll(isVisible).toBe(true)
  await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('keep')?.click())
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(isVisible).toBe(false)
  await app.evaluate(({ app: own }) => own.emit('activate'))
  await expect.poll(isVisible).toBe(true)
})

test('a second start on the same configuration brings its window to the front, and ends', async ({ open, home }) => {
  const app = desktopOf(await open({ demo: true }, { home }))
  await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.minimize()
    globalThis.shown = { asked: [], opened: [], started: [] }
    window?.on('focus', () => globalThis.shown.opened.push('focus'))
  })
  const second = spawn(shellExecutable().path, [root, `--user-data-dir=${join(home, 'desktop')}`, '--demo'], {
    stdio: 'ignore',
  })
  expect((await once(second, 'exit'))[0]).toBe(0)
  await expect.poll(() => app.evaluate(() => globalThis.shown.opened)).toContain('focus')
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized())).toBe(false)
})

test('other configurations open in a window of their own', async ({ open }) => {
  const app = desktopOf(await open({ demo: true }))
  await app.evaluate(({ dialog }) => {
    globalThis.shown = { asked: [], opened: [], started: [] }
    const processes = process.getBuiltinModule('node:child_process')
    const nothing = process.getBuiltinModule('node:events')
    Reflect.set(processes, 'spawn', (_program: string, args: string[]) => {
      globalThis.shown.started.push(args)
      return Object.assign(new nothing.EventEmitter(), { unref: () => {} })
    })
    process.getBuiltinModule('node:module').syncBuiltinESMExports()
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: ['/plant/factory-b.yaml'] })
  })
  await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('open')?.click())
  await expect
    .poll(() => app.evaluate(() => globalThis.shown.started.map((args) => args.at(-1))))
    .toEqual(['--config=/plant/factory-b.yaml'])
})

test('size and place of the window are kept', async ({ open, home }) => {
  const bounds = { x: 40, y: 50, width: 1111, height: 700 }
  const first = await open({ demo: true }, { home })
  await desktopOf(first).evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    bounds,
  )
  await first.close()
  const second = desktopOf(await open({ demo: true }, { home }))
  expect(await second.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toMatchObject(
    bounds,
  )
})

test('a page that crashes is loaded anew, and the gateway goes on', async ({ open }) => {
  const window = await open({ demo: true })
  const app = desktopOf(window)
  window.watch.expect(/the page has crashed/)
  await expect.poll(() => window.printed.join('\n')).toContain('online')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer())
  const text = () =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]
        ?.webContents.executeJavaScript('document.querySelector("nav")?.ariaLabel')
        .catch(() => ''),
    )
  await expect.poll(text).toBe('Screens')
  expect(window.printed.join('\n')).toMatch(/its page has crashed/)
  expect(window.printed.join('\n')).not.toMatch(/disconnected|ending/)
})

test('the computer stays awake while writes are armed', async ({ open }) => {
  const app = desktopOf(await open({ demo: true }))
  const awake = () => app.evaluate(({ powerSaveBlocker }) => [0, 1, 2, 3].some((id) => powerSaveBlocker.isStarted(id)))
  await expect.poll(awake).toBe(true)
})

test('the command line runs without a window and gives its exit code', async ({ home }) => {
  const bad = join(home, 'bad.yaml')
  await writeFile(bad, 'plcs: []\n')
  const run = async (...args: string[]) => {
    const child = spawn(shellExecutable().path, [root, `--user-data-dir=${join(home, 'desktop')}`, ...args])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk)
    })
    const [code] = await once(child, 'close')
    return { code, text: text.trim() }
  }
  expect(await run('--version')).toMatchObject({ code: 0, text: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  expect(await run('check', '--config', join(root, 'resources/factory-a.yaml'))).toMatchObject({
    code: 0,
    text: expect.stringContaining('namespace factory-a'),
  })
  expect(await run('check', '--config', bad)).toMatchObject({ code: 64 })
})

test('the tray tells how PLCs and brokers are', async ({ open }) => {
  test.skip(shellExecutable().real, 'Electron does not tell what a tray shows; the stand-in does')
  const app = desktopOf(await open({ demo: true }))
  const tray = () =>
    app.evaluate(() => {
      const { trays } = Reflect.get(globalThis, 'standIn') as {
        trays: { tip: string; menu: { items: { label: string }[] } }[]
      }
      return [trays[0]?.tip ?? '', ...(trays[0]?.menu.items.map(({ label }) => label) ?? [])]
    })
  await expect
    .poll(tray)
    .toEqual(
      expect.arrayContaining([
        'WarLink Desktop – demo: PLCs 2 of 2 online, writes armed',
        'Tank Line: online',
        'mqtt "Demo broker": connected',
      ]),
    )
})
