/** Written from 360 px up; one breakpoint where a second column pays. */
export const pageRules = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);
font:var(--body)/1.5 var(--font);font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}
h1,h2,h3{line-height:1.2;text-wrap:balance}
h1{font-size:var(--title);letter-spacing:-0.02em}
h2{font-size:var(--large)}
h3{font-size:var(--body)}
ul,ol{list-style:none}
a{color:var(--accent);text-underline-offset:3px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:2px}
.skip-link{position:absolute;left:-9999px}
.skip-link:focus{left:16px;top:8px;background:var(--surface);padding:8px 12px;z-index:1}
.muted{color:var(--muted)}
.small{font-size:var(--small);line-height:20px}
.wraps{width:100%;max-width:648px;margin:0 auto;padding:0 16px}
.wraps.is-wide{max-width:1200px}
.wraps.is-full{max-width:1880px}
.top{border-bottom:1px solid var(--line)}
.top .wraps{display:flex;align-items:center;gap:8px 24px;min-height:56px;flex-wrap:wrap}
.name{font-weight:700;color:var(--ink);text-decoration:none;margin-right:auto;padding:8px 0}
.name:hover{text-decoration:underline}
.top nav{display:flex;gap:20px}
.top nav a{padding:8px 0;text-decoration:none}
.top nav a:hover,.top nav a[aria-current]{text-decoration:underline}
main{flex:1;padding:32px 0 48px}
.bottom{border-top:1px solid var(--line);padding:24px 0 32px}
.stack>*+*{margin-top:16px}
.stack>*+.apart,.stack>.apart+*{margin-top:32px}
.words{max-width:68ch}
.button{display:inline-block;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--paper);
font:700 var(--body)/24px var(--font);padding:11px 20px;text-decoration:none;cursor:pointer}
.button:hover{text-decoration:underline}
.surface{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:20px}
.note{border:1px solid var(--line);border-left:4px solid var(--warning);border-radius:6px;padding:12px 16px;background:var(--surface)}
.issue-list{border-top:1px solid var(--line)}
.issue-list li{border-bottom:1px solid var(--line);padding:16px 0}
.issue-list a{color:var(--ink);font-weight:700;text-decoration:none;display:inline-block;padding:4px 0}
.issue-list a:hover{color:var(--accent);text-decoration:underline}
.tag{font-weight:400;letter-spacing:0;vertical-align:middle;display:inline-block;border:1px solid currentColor;border-radius:6px;padding:0 8px;font-size:var(--small);line-height:22px}
.tag.is-good{color:var(--ship)}
.tag.is-bad{color:var(--skip)}
.tag.is-open{color:var(--accent)}
.table-scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px;background:var(--surface)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:10px 12px;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{position:sticky;top:0;background:var(--surface);font-size:var(--small);color:var(--muted);font-weight:600;white-space:nowrap}
.is-number{text-align:right;white-space:nowrap}
.is-short{white-space:nowrap}
.is-main{min-width:180px}
th:first-child,td:first-child{padding-right:0}
.inbox-row{display:grid;grid-template-columns:1fr auto;gap:0 16px;max-width:640px}
.inbox-row>*{min-width:0}
.inbox-row .clip{grid-column:1/-1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.checks li{display:flex;gap:8px;padding:4px 0}
.checks{column-width:300px;column-gap:24px}
.checks li{break-inside:avoid}
.checks.is-mending{column-width:auto}
.checks .mark{flex:none;width:1.25em;font-weight:700}
.views{display:flex;flex-wrap:wrap;gap:24px;align-items:flex-start;padding-bottom:16px}
.views figure{flex:0 0 auto}
.views .is-phone iframe{width:362px}
.views .is-desktop iframe{width:642px}
.views .is-text{flex:1 0 580px}
.views figcaption{font-weight:700;padding-bottom:8px}
.views iframe,.views pre{display:block;height:min(85vh,1000px);border:1px solid var(--line);border-radius:6px;background:var(--surface)}
.views pre{margin:0;padding:16px;overflow:auto;font:var(--small)/20px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}
@media (max-width:699px){.views{flex-direction:column;overflow-x:visible}.views figure{max-width:100%;overflow-x:auto}.views .is-text{flex:auto}}
@media (max-width:399px){.views figure:not(.is-text){margin:0 -16px;max-width:100vw}.views figcaption{padding-left:16px}
.views iframe{border-left:0;border-right:0;border-radius:0}.views .is-phone iframe{width:100vw}}
.split{display:grid;gap:32px}
@media (min-width:900px){.split{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
