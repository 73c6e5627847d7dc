/** Renders the icons from `resources/*.svg` with Chromium: `npx tsx scripts/icons.ts`. The small sizes have a drawing of their own. */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright'
import { launchChromium } from './chromium.ts'

const root = resolve(import.meta.dirname, '..')
const large = await readFile(join(root, 'resources/icon.svg'), 'utf8')
const small = await readFile(join(root, 'resources/icon-small.svg'), 'utf8')
/** Up to this size the small drawing is clearer, in px. */
const smallUpTo = 32

const browser = await launchChromium()
const pngs = new Map<number, Buffer>()
for (const size of [16, 20, 24, 32, 40, 48, 64, 128, 256, 512, 1024]) pngs.set(size, await render(browser, size))
await browser.close()

for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) await save(`resources/icons/${size}x${size}.png`, png(size))
await save('resources/icon.ico', icoOf([16, 20, 24, 32, 40, 48, 64, 256]))
await save('src/renderer/public/icon.png', png(256))
await save('src/renderer/public/tray.png', png(16))
await save('src/renderer/public/tray@2x.png', png(32))
await save('src/renderer/public/icon.svg', Buffer.from(large))

async function render(chromium: Browser, size: number): Promise<Buffer> {
  const page = await chromium.newPage({ viewport: { width: size, height: size } })
  const drawing = (size <= smallUpTo ? small : large).replace('<svg', `<svg width="${size}" height="${size}"`)
  await page.setContent(`<style>*{margin:0}svg{display:block}</style>${drawing}`)
  const picture = await page.screenshot({ omitBackground: true })
  await page.close()
  return picture
}

function png(size: number): Buffer {
  const picture = pngs.get(size)
  if (!picture) throw new Error(`no picture of ${size} px was made`)
  return picture
}

async function save(path: string, content: Buffer) {
  await writeFile(join(root, path), content)
}

/** An .ico of whole PNGs: a header of 6 bytes, 16 bytes for each picture, then the pictures. 0 stands for 256 px. */
function icoOf(sizes: readonly number[]): Buffer {
  const header = Buffer.alloc(6 + 16 * sizes.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(sizes.length, 4)
  let offset = header.length
  for (const [i, size] of sizes.entries()) {
    const at = 6 + 16 * i
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png(size).length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png(size).length
  }
  return Buffer.concat([header, ...sizes.map(png)])
}
