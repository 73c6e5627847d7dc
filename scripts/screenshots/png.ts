/** Pictures of windows as small PNG files: at most 256 colours, of which windows have few that count. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

interface Pixels {
  readonly width: number
  readonly height: number
  /** 0xRRGGBB by pixel. */
  readonly colours: Uint32Array
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The same picture with at most 256 colours. Takes 8-bit RGB or RGBA, not interlaced, as Chromium makes it. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, colours } = decode(png)
  const palette = chooseColours(colours)
  const nearest = new Map<number, number>(palette.map((colour, i) => [colour, i]))
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[y * width + x] ?? 0
      let index = nearest.get(colour)
      if (index === undefined) {
        index = nearestOf(palette, colour)
        nearest.set(colour, index)
      }
      rows[y * (width + 1) + 1 + x] = index
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const plte = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', plte),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function decode(png: Buffer): Pixels {
  const parts: Buffer[] = []
  let [width, height, channels] = [0, 0, 3]
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') {
      ;[width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)]
      const [depth, colourType, , , interlaced] = body.subarray(8)
      if (depth !== 8 || (colourType !== 2 && colourType !== 6) || interlaced !== 0)
        throw new Error(`picture: depth ${depth}, colour type ${colourType}, interlaced ${interlaced}: not made for it`)
      channels = colourType === 2 ? 3 : 4
    }
    if (type === 'IDAT') parts.push(body)
    at += length + 12
  }
  const rows = inflateSync(Buffer.concat(parts))
  unfilter(rows, height, width * channels, channels)
  const colours = new Uint32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      colours[y * width + x] = rows.readUIntBE(y * (width * channels + 1) + 1 + x * channels, 3)
  return { width, height, colours }
}

/** Undoes the filters of the rows in place (PNG specification, 9). */
function unfilter(rows: Buffer, height: number, stride: number, channels: number): void {
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1) + 1
    const filter = rows[start - 1]
    if (filter === 0) continue
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : (rows[start + i - channels] ?? 0)
      const above = y === 0 ? 0 : (rows[start + i - stride - 1] ?? 0)
      const corner = y === 0 || i < channels ? 0 : (rows[start + i - stride - 1 - channels] ?? 0)
      const add = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0] ?? 0
      rows[start + i] = ((rows[start + i] ?? 0) + add) & 0xff
    }
  }
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}

/** The most frequent ones; of those that look the same the most frequent one alone. */
function chooseColours(colours: Uint32Array): number[] {
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour)
  if (byCount.length <= 256) return byCount
  const chosen: number[] = []
  for (const closest of [110, 40, 10, 0]) {
    for (const colour of byCount.slice(0, 6_000)) {
      if (chosen.length === 256) return chosen
      if (chosen.every((one) => distance(one, colour) > closest)) chosen.push(colour)
    }
  }
  return chosen
}

function nearestOf(palette: readonly number[], colour: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const [i, one] of palette.entries()) {
    const far = distance(one, colour)
    if (far < least) [best, least] = [i, far]
  }
  return best
}

function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16)
  const green = ((a >> 8) & 0xff) - ((b >> 8) & 0xff)
  const blue = (a & 0xff) - (b & 0xff)
  return 2 * red * red + 4 * green * green + 3 * blue * blue
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
