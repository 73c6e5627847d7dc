import { expect, test } from 'vitest'
import type { Report } from '#shared/isolation-run'
import { reportHtml } from './report-html.ts'

/** A report with this text wherever a text comes from a broker, a controller, a file or a person. */
function reportOf(text: string): Report {
  const entry = { service: 'mqtt', name: text } as const
  const plc = { name: text, vendor: 1, serial: 2 }
  const owner = { instance: text, boot: text, host: text, site: text, version: text, namespace: text }
  return {
    verdict: 'fail',
    product: text,
    version: text,
    startedAt: 0,
    tookMs: 0,
    namespace: text,
    site: text,
    host: text,
    instance: text,
    boot: text,
    configPath: text,
    digest: text,
    seal: text,
    role: 'holder',
    brokers: [{ entry, base: text, address: text, claim: text, owner: { ...owner, plcs: [plc], time: text } }],
    plcs: [
      {
        name: text,
        address: text,
        pin: { kind: 'unpinned', found: { vendor: 1, product: 2, serial: 3, productName: text, revision: text } },
      },
    ],
    commissioning: { plc: text, tag: text },
    names: [{ service: 'mqtt', entry: text, purpose: 'health', kind: 'topic', name: text, plc: text }],
    checks: [
      {
        check: 1,
        verdict: 'fail',
        summary: text,
        evidence: [
          { entry, verdict: 'fail', word: text, text, address: text },
          { plc: text, word: text, text },
        ],
        notTried: [text],
        mend: { text, lines: [text, text] },
        startedAt: 0,
        tookMs: 0,
        accepted: { name: text, reason: text, at: 0 },
      },
    ],
    left: [{ id: text, plc: text, tag: text, before: text, written: text, text }],
    limits: [text],
    validUntil: text,
    watch: { since: 0, until: 1, lastAt: 1 },
    amendments: [{ at: 0, check: 1, text }],
  }
}

const tags = (html: string) => html.match(/<[^>]*>/g) ?? []

test.each([
  '</td><header class="pass">',
  "' onload=alert(1) x='",
  '--><script>alert(1)</script><!--',
  '&lt;header class="pass"&gt;',
])('no text becomes markup, wherever it stands: %s', (text) => {
  const html = reportHtml(reportOf(text))
  expect(tags(html)).toEqual(tags(reportHtml(reportOf('text'))))
  expect(html).not.toContain(text)
  // As a reader sees it.
  const shown = html.replace(/&#(\d+);/g, (_entity, code: string) => String.fromCharCode(Number(code)))
  expect(shown.split(text).length).toBeGreaterThan(30)
})
