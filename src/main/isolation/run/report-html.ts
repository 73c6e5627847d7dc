/** The report as one HTML file that needs nothing else: for print, for an archive. In goes a report, out comes text. */
import { entryText } from '#shared/broker'
import {
  type CheckResult,
  checks,
  type Evidence,
  earlierResults,
  type Report,
  type Verdict,
  verdictWords,
} from '#shared/isolation-run'
import { markText, pinWords } from '#shared/isolation-words'
import { serialText } from '#shared/plc'

const glyphs: Readonly<Record<Verdict, string>> = { pass: '✓', 'not-proven': '◌', fail: '✗' }

export function reportHtml(report: Report): string {
  const title = `${verdictWords[report.verdict]}: isolation of ${report.namespace}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(title)}</title>
<style>${style}</style>
</head>
<body>
<header class="${report.verdict}">
<p class="verdict">${glyphs[report.verdict]} ${verdictWords[report.verdict]}</p>
<p>${passed(report)}</p>
</header>
${leftHtml(report)}
${amendmentsHtml(report)}
${factsHtml(report)}
<h2>Checks</h2>
${report.checks.map(checkHtml).join('\n')}
<h2>Brokers</h2>
${table(
  ['broker', 'base', 'address', 'claim', 'owner record'],
  report.brokers.map((one) => [
    entryText(one.entry),
    one.base,
    one.address,
    one.claim,
    one.owner ? markText(one.owner) : one.entry.service === 'kafka' ? 'has none' : '–',
  ]),
)}
<h2>PLCs</h2>
${table(
  ['PLC', 'address', 'pin', 'who answers'],
  report.plcs.map(({ name, address, pin }) => [
    name,
    address,
    pinWords(pin).text,
    pin.found ? `${pin.found.productName} ${pin.found.revision}, serial ${serialText(pin.found.serial)}` : 'nobody',
  ]),
)}
<h2>Names</h2>
${table(
  ['service', 'entry', 'purpose', 'kind', 'name'],
  report.names.map((row) => [row.service, row.entry, row.purpose, row.kind, row.name]),
)}
<h2>Limits</h2>
<ul>${report.limits.map((text) => `<li>${safe(text)}</li>`).join('')}</ul>
<p>${safe(report.validUntil)}</p>
<footer>
<p>Configuration without secrets: sha256 <code>${safe(report.digest)}</code><br>This report: sha256 <code>${safe(report.seal)}</code></p>
</footer>
</body>
</html>
`
}

function passed({ checks: results }: Report): string {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length
  const accepted = results.filter((result) => result.accepted).length
  const open = [
    ...(count('fail') > 0 ? [`${count('fail')} FAIL`] : []),
    ...(count('not-proven') > 0
      ? [`${count('not-proven')} NOT PROVEN${accepted > 0 ? `, ${accepted} of them accepted` : ''}`]
      : []),
    ...(results.length < checks.length ? [`${checks.length - results.length} not made`] : []),
  ]
  return `${count('pass')} of ${checks.length} checks passed${open.length > 0 ? `; ${open.join('; ')}` : ''}`
}

function amendmentsHtml({ amendments, watch }: Report): string {
  const watched = watch
    ? `<p>Watched after go-live (checks 2, 3, 10, 12) until ${time(watch.until)}, last ${time(watch.lastAt)}.</p>`
    : ''
  if (amendments.length === 0) return watched
  const lines = amendments.map(({ at, check, text }) => `<li>${time(at)} check ${check}: ${safe(text)}</li>`)
  return `<section class="amended"><h2>No longer true</h2><ul>${lines.join('')}</ul></section>${watched}`
}

function leftHtml({ left = [] }: Report): string {
  if (left.length === 0) return ''
  return `<section class="amended"><h2>Not set back</h2><ul>${left.map(({ text }) => `<li>${safe(text)}</li>`).join('')}</ul></section>`
}

function factsHtml(report: Report): string {
  const {
    site,
    namespace,
    host,
    instance,
    boot,
    product,
    version,
    startedAt,
    tookMs,
    configPath,
    commissioning,
    role,
  } = report
  const earlier = earlierResults(report)
  const rows: readonly (readonly [string, string])[] = [
    ['Site', site || '–'],
    ['Namespace', namespace],
    ['Computer', host],
    ['Instance and boot', `${instance} ${boot}`],
    [
      'Made by',
      `${product} ${version}, ${role === 'holder' ? 'by the gateway that holds the namespace' : 'while another gateway holds the namespace'}`,
    ],
    ['Begun', `${time(startedAt)}, took ${(tookMs / 1000).toFixed(0)} s`],
    ...(earlier.length > 0
      ? [['Of earlier runs', `checks ${earlier.map(({ check }) => check).join(', ')}, each with its time`] as const]
      : []),
    ['Configuration', configPath],
    ['Commissioning tag', commissioning ? `${commissioning.plc} / ${commissioning.tag}` : 'none'],
  ]
  return `<dl>${rows.map(([name, value]) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`).join('')}</dl>`
}

function checkHtml(result: CheckResult): string {
  const check = checks.find(({ number }) => number === result.check)
  const { verdict, summary, evidence, notTried, mend, startedAt, tookMs, accepted } = result
  return `<section class="check ${verdict}">
<h3><span class="number">${result.check}</span> ${safe(check?.title ?? '')} <span class="word">${glyphs[verdict]} ${verdictWords[verdict]}</span> <span class="took">${time(startedAt)}, ${(tookMs / 1000).toFixed(1)} s</span></h3>
<p class="question">${safe(check?.question ?? '')}</p>
<p>${safe(summary)}</p>
${accepted ? `<p class="accepted">Accepted by ${safe(accepted.name)}, ${time(accepted.at)}: ${safe(accepted.reason)}</p>` : ''}
<table class="evidence"><tbody>${evidence.map(evidenceHtml).join('')}</tbody></table>
${notTried.length > 0 ? `<p class="not-tried">Not tried: ${notTried.map(safe).join(' ')}</p>` : ''}
${mend ? `<p>${safe(mend.text)}</p><pre>${mend.lines.map(safe).join('\n')}</pre>` : ''}
</section>`
}

function evidenceHtml({ entry, plc, verdict, word, text, address }: Evidence): string {
  const where = entry ? entryText(entry) : (plc ?? '')
  const mark = verdict ? `<span class="${verdict}">${glyphs[verdict]} ${safe(word)}</span>` : safe(word)
  return `<tr><td>${safe(where)}</td><td class="mark">${mark}</td><td>${safe(text)}${address ? `<br><code>${safe(address)}</code>` : ''}</td></tr>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Texts come from brokers and configurations: nothing of them may become markup. */
function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
:root { color-scheme: light; --pass: #1a6b3c; --not-proven: #8a5a00; --fail: #b3261e; --line: #d5d8de; }
* { box-sizing: border-box; }
body { font: 13px/1.5 Inter, "Segoe UI", system-ui, sans-serif; color: #1c1f24; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; }
code, pre { font-family: "JetBrains Mono", Consolas, monospace; font-size: 12px; overflow-wrap: anywhere; }
pre { background: #f4f5f7; border: 1px solid var(--line); padding: .6rem; white-space: pre-wrap; }
header { border-left: 6px solid; padding: .6rem 1rem; background: #f7f8fa; }
header p { margin: 0; } header .verdict { font-size: 24px; font-weight: 700; }
header.pass, span.pass, .check.pass .word { color: var(--pass); border-color: var(--pass); }
header.not-proven, span.not-proven, .check.not-proven .word { color: var(--not-proven); border-color: var(--not-proven); }
header.fail, span.fail, .check.fail .word { color: var(--fail); border-color: var(--fail); }
header p + p { color: #1c1f24; }
.amended { border: 2px solid var(--fail); padding: 0 1rem; margin-top: 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { color: #5a606b; } dd { margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 1.6rem 0 .5rem; } h3 { font-size: 14px; margin: 0; }
.check { border-top: 1px solid var(--line); padding: .6rem 0; break-inside: avoid; }
.check p { margin: .15rem 0; } .number { display: inline-block; min-width: 1.6em; color: #5a606b; } .word { margin-left: .6rem; } .took, .question, .not-tried { color: #5a606b; font-weight: 400; }
.accepted { font-weight: 600; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; color: #5a606b; font-weight: 500; } td, th { padding: .15rem .6rem .15rem 0; vertical-align: top; overflow-wrap: anywhere; border-bottom: 1px solid #eceef1; }
.evidence td:first-child { width: 11rem; } .mark { width: 9rem; } footer { margin-top: 2rem; color: #5a606b; }
@page { margin: 14mm; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 11px; } code, pre { font-size: 10px; } }
`
