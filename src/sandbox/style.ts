import { tokens } from '../site/style-tokens.ts';

/** The mailbox's style sheet: one type scale, spacing in fours, light and dark by the reader's own choice. */
export const mailboxStyle = `${tokens}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: var(--body)/1.5 var(--font);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.frame { max-width: 1080px; margin: 0 auto; padding: 0 16px; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.skip-link { position: absolute; left: -9999px; }
.skip-link:focus { left: 16px; top: 8px; background: var(--surface); padding: 8px 12px; }
header.top { border-bottom: 1px solid var(--line); background: var(--surface); }
header.top .frame { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 24px; padding-top: 12px; padding-bottom: 8px; }
header nav + nav { margin-left: auto; }
.state [aria-hidden] { display: inline-block; width: 16px; text-align: center; }
header.top p { margin: 0; font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: 0 16px; }
header nav a { padding: 8px 0; text-decoration: none; color: var(--muted); }
header nav a:hover { color: var(--ink); text-decoration: underline; }
header nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: underline; text-decoration-thickness: 2px; }
main.frame { padding-top: 24px; padding-bottom: 32px; }
h1 { font-size: var(--title); line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: var(--large); line-height: 1.2; margin: 32px 0 12px; }
p { max-width: 68ch; }
.note, .muted { color: var(--muted); }
.small { font-size: var(--small); }
form.search { display: flex; flex-wrap: wrap; gap: 4px 8px; margin: 16px 0; }
form.search label { flex: 1 0 100%; color: var(--muted); font-size: var(--small); }
form.search input { flex: 1 1 auto; min-width: 0; max-width: 420px; }
input, button, .button { font: inherit; min-height: 44px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 6px;
  background: var(--surface); color: var(--ink); }
input { border-color: var(--muted); }
button, .button { cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; }
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
.rows { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); overflow: hidden; }
.rows > li + li { border-top: 1px solid var(--line); }
.row { display: grid; gap: 4px 16px; padding: 10px 16px; color: inherit; text-decoration: none; align-items: baseline;
  grid-template-columns: minmax(0, 3fr) minmax(0, 5fr) 152px 148px; }
a.row:hover { background: var(--paper); }
a.row:hover .main { text-decoration: underline; }
a.row:focus-visible { outline-offset: -2px; }
.row > * { min-width: 0; }
.main { font-weight: 600; }
time { white-space: nowrap; }
.row .one-line { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.end { text-align: right; }
.state { white-space: nowrap; }
.state.good { color: var(--ship); } .state.bad { color: var(--skip); } .state.open { color: var(--warning); } .state.still { color: var(--muted); }
.empty { border: 1px dashed var(--muted); border-radius: 6px; padding: 24px 16px; background: var(--surface); }
.empty h2 { margin-top: 0; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 16px; margin: 0;
  max-height: 640px; overflow: auto; }
.pages { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin-top: 16px; }
.foot { margin: 32px 0 0; }
dl.facts { display: grid; grid-template-columns: minmax(112px, max-content) minmax(0, 1fr); gap: 4px 16px; margin: 0; }
dl.facts dt { color: var(--muted); } dl.facts dd { margin: 0; }
.fact { display: contents; }
dl.facts.card { background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px; }
.actions { display: flex; flex-wrap: wrap; gap: 0 20px; margin: 8px 0 0; }
.actions a { padding: 8px 0; }
.choices { display: flex; flex-wrap: wrap; gap: 0 40px; margin-bottom: 12px; }
fieldset.width { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px 16px; }
fieldset.width legend { position: absolute; left: -9999px; }
fieldset.width label { display: inline-flex; align-items: center; gap: 8px; min-height: 44px; }
fieldset.width input { min-height: 0; width: 20px; height: 20px; accent-color: var(--accent); }
.mail-frame { width: 100%; height: 760px; border: 1px solid var(--line); border-radius: 6px; background: #fff; color-scheme: light; display: block; }
.mail-view:has(#width-phone:checked) .mail-frame { width: 375px; max-width: 100%; }
.mail-view:has(#shade-dark:checked) .mail-frame { color-scheme: dark; background: #14161A; }
@media (max-width: 720px) {
  .row { grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; padding: 12px 16px; }
  .row .wide { grid-column: 1 / -1; }
  .row .end { text-align: left; } .row > :last-child { text-align: right; }
  h1 { font-size: var(--large); }
  header nav + nav { margin-left: 0; }
  .choices .of-width { display: none; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.facts dd { margin-bottom: 8px; }
}
`;
