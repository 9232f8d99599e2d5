// The report's one style sheet: system fonts, light and dark, phones, print.

export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #1f2430; --soft: #5c6675; --line: #dde1e7;
  --good: #2f6fb0; --bad: #c2571a;
  --series-1: #2f6fb0; --series-2: #c2571a; --series-3: #2e8b57; --series-4: #8e4fb0; --series-5: #b03a5b; --series-6: #6b7280;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --sheet: #1c2027; --ink: #e6e9ee; --soft: #9aa4b2; --line: #323843;
    --good: #5a9bdc; --bad: #e08a4f;
    --series-1: #6aa9e6; --series-2: #e8935a; --series-3: #63bd8a; --series-4: #c08ae0; --series-5: #e07a99; --series-6: #a3abb8;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
header p { color: var(--soft); margin: 4px 0 0; max-width: 68ch; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 14px; letter-spacing: -0.005em; }
h3 { font-size: 15px; margin: 0 0 8px; font-weight: 600; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin-top: 20px; }
nav { margin-top: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 14px; }
a { color: var(--series-1); text-decoration: none; } a:hover { text-decoration: underline; }
p.note, caption, figcaption { color: var(--soft); font-size: 13.5px; }
dl.summary { display: grid; grid-template-columns: repeat(var(--tiles), minmax(0, 1fr)); gap: 10px; margin: 24px 0 0; }
dl.summary div { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 13px 14px; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dl.summary dt { color: var(--soft); font-size: 13px; line-height: 1.35; }
dl.summary dd { margin: 0; font-size: 21px; font-weight: 600; line-height: 1.25; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
dl.summary dd.words { font-size: 15px; }
.narrow { max-width: 480px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 24px 32px; }
.charts > figure:only-child { max-width: 640px; }
figure { margin: 0; min-width: 0; }
svg.chart { display: block; width: 100%; height: auto; }
svg .hover:hover { fill-opacity: 0.5; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14.5px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 8px; }
table.list { width: 100%; }
table.list th, table.list td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); text-align: right; font-weight: 400; vertical-align: top; }
table.list thead th { color: var(--soft); font-size: 13px; white-space: nowrap; }
table.list tbody tr:last-child > * { border-bottom: 0; }
table.list th:first-child, table.list td.text { text-align: left; overflow-wrap: anywhere; }
table.list tbody th { min-width: 11ch; }
table.list td:not(.text) { white-space: nowrap; }
table.list td.text { color: var(--soft); }
.meter { display: inline-block; width: 84px; height: 7px; border-radius: 4px; background: var(--line); margin-left: 10px; vertical-align: middle; overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--good); }
table.confusion th { font-weight: 400; color: var(--soft); font-size: 13px; padding: 3px 8px; text-align: right; white-space: nowrap; }
table.confusion thead th { vertical-align: bottom; text-align: left; padding: 4px 2px; }
table.confusion thead th span { writing-mode: vertical-rl; transform: rotate(180deg); }
table.confusion td { width: 42px; min-width: 30px; height: 34px; text-align: center; border: 2px solid var(--sheet); border-radius: 6px; }
table.confusion td.corner { color: var(--soft); font-size: 12.5px; text-align: right; vertical-align: bottom; white-space: nowrap; padding: 4px 8px; height: auto; }
table.confusion td.right { background: color-mix(in srgb, var(--good) calc(var(--share) * 85% + 5%), var(--sheet)); }
table.confusion td.wrong { background: color-mix(in srgb, var(--bad) calc(var(--share) * 95%), color-mix(in srgb, var(--line) 32%, var(--sheet))); }
table.confusion td.strong { color: #ffffff; font-weight: 600; }
table.confusion .none { color: var(--soft); opacity: 0.5; }
@media (prefers-color-scheme: dark) { table.confusion td.strong { color: #10131a; } }
.confusions { display: grid; grid-template-columns: minmax(0, max-content) minmax(220px, 1fr); gap: 24px 40px; align-items: start; }
.example { border-top: 1px solid var(--line); padding-top: 20px; margin-top: 22px; }
.example:first-of-type { border-top: 0; padding-top: 0; margin-top: 0; }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)); gap: 18px; align-items: start; }
.images img { display: block; width: 100%; height: auto; border-radius: 8px; background: var(--line); }
.images figcaption { margin-top: 7px; line-height: 1.4; }
.verdict { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; margin: 0 0 12px; font-size: 14.5px; }
.verdict h3 { margin: 0; overflow-wrap: anywhere; }
.badge { font-size: 12.5px; border-radius: 99px; padding: 1px 10px; border: 1px solid currentColor; white-space: nowrap; }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); }
ol.shares { list-style: none; margin: 14px 0 0; padding: 0; max-width: 460px; font-size: 14px; }
ol.shares li { display: grid; grid-template-columns: minmax(110px, 1fr) 1.6fr 62px; gap: 10px; align-items: center; padding: 2px 0; }
ol.shares .meter { width: 100%; margin: 0; }
ol.shares li > :last-child { text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
ol.shares span { overflow-wrap: anywhere; line-height: 1.3; }
pre { margin: 0; padding: 14px 16px; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; }
.timeline + .timeline { margin-top: 26px; }
pre + h3, .scroll + .charts, .charts + h3 { margin-top: 18px; }
.scroll + p.note, .scroll + .scroll { margin-top: 22px; }
details summary { cursor: pointer; color: var(--soft); font-size: 14.5px; } details > :not(summary) { margin-top: 12px; }
@media (max-width: 960px) {
  dl.summary { grid-template-columns: repeat(auto-fit, minmax(146px, 1fr)); }
}
@media (max-width: 700px) {
  main { padding: 24px 14px 40px; }
  section { padding: 18px 16px; border-radius: 10px; }
  h1 { font-size: 24px; }
  dl.summary { grid-template-columns: repeat(2, 1fr); gap: 10px; }
  dl.summary div:last-child:nth-child(odd) { grid-column: span 2; }
  .confusions { grid-template-columns: minmax(0, 1fr); }
  .example .images { grid-template-columns: repeat(auto-fill, minmax(min(100%, 148px), 1fr)); gap: 12px; }
  .example figure.with-axes { grid-column: span 2; max-width: 340px; }
  table.list th, table.list td { padding-right: 8px; font-size: 13.5px; }
  table.list .meter { display: none; }
  svg.chart.wide { min-width: 560px; }
}
@media print {
  :root { --ground: #ffffff; --sheet: #ffffff; --ink: #000000; --soft: #444444; --line: #cccccc; --good: #2f6fb0; --bad: #c2571a; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } nav { display: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 14px 0; }
  figure, .example, tr, dl.summary div { break-inside: avoid; } h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  pre, .scroll { overflow: visible; white-space: pre-wrap; }
}
`;
