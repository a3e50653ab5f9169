import { outlinePage, type PageOutline, type TakeOutline, type ToolOutline } from './page-outline.ts';

/** How a site may set one and the same page; each takes a text page and gives its HTML. */
export const htmlForms: Record<string, (text: string) => string> = {
  'a semantic article': (text) => articleForm(outlinePage(text)),
  'a soup of boxes': (text) => soupForm(outlinePage(text)),
  'one minified line': (text) =>
    articleForm(outlinePage(text))
      .replaceAll(/>\s+</g, '><')
      .replaceAll(/\s*\n\s*/g, ' '),
  'a minified soup': (text) => soupForm(outlinePage(text)).replaceAll(/>\s+</g, '><').replaceAll('\n', ' '),
  'a streamed page of scripts': (text) => streamedForm(outlinePage(text)),
  'labels in letters set by styling': (text) => capitalsForm(articleForm(outlinePage(text))),
  'tables for layout': (text) => tableForm(outlinePage(text)),
};

/** A text as HTML, in the ways HTML has of writing a letter. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('“', '&ldquo;')
    .replaceAll('—', '&#8212;')
    .replaceAll('·', '&#xB7;');
}

const broken = (text: string) => escapeHtml(text).replaceAll(/\n+/g, (ends) => '<br>'.repeat(ends.length));
const paragraphs = (text: string) =>
  text
    .split('\n\n')
    .map((part) => `<p>${broken(part)}</p>`)
    .join('\n');

function documentOf(head: string, body: string): string {
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Page &amp; more</title>${head}</head>\n<body>\n${body}\n</body>\n</html>\n`;
}

function articleForm(page: PageOutline): string {
  const stat = (value: string, label: string) =>
    `<div class="flex flex-col-reverse"><dt>${label}</dt>\n<dd>${escapeHtml(value)}</dd></div>`;
  const tool = ({ category, name, tagline, verdict, ...tool }: ToolOutline) => `<section>
    <img src="/x.png" alt="75%"><small>${escapeHtml(category)}</small>
    <h2>${escapeHtml(name)}</h2>
    <p>${escapeHtml(tagline)}</p>
    ${verdict === '' ? '' : `<strong>${verdict}</strong>`}
    <dl>${stat(tool.share, 'Panel ship')}${stat(tool.community, 'Community')}${stat(tool.entry, 'Entry')}</dl>
    ${paragraphs(tool.description)}
  </section>`;
  const cell = (tag: string) => (text: string) => `<${tag}>${text === '—' ? '' : escapeHtml(text)}</${tag}>`;
  const [head = [], ...rows] = page.table;
  const table = `<table><thead><tr>${head.map(cell('th')).join('\n')}</tr></thead>
    <tbody>${rows.map((row) => `<tr>${row.map(cell('td')).join('\n')}</tr>`).join('\n')}</tbody></table>`;
  const take = ({ score, words }: TakeOutline) =>
    `<li>${score === '' ? '' : `<b>${escapeHtml(score)}</b>`}\n<blockquote>${paragraphs(words)}</blockquote></li>`;
  const pairs = page.pairs.map(
    ({ persona, takes }) => `${persona === '' ? '' : `<h3>${persona}</h3>`}<ul>${takes.map(take).join('\n')}</ul>`,
  );
  return documentOf(
    '<style>h1 { color: red } .x::before { content: "Entry" }</style>',
    `<nav><a href="/">Compare</a> / Reviewer scorecard</nav><main><article>
    <header><p>AI tool comparison</p><h1>${page.title.split(' vs ').map(escapeHtml).join(' <i>vs</i> ')}</h1><p>${escapeHtml(page.lead)}</p></header>
    ${page.tools.map(tool).join('\n')}
    ${page.table.length === 0 ? '' : table}
    <h2>Reviewer scorecard</h2>
    ${pairs.join('\n')}
    </article></main>
    <footer><h2>Weekly AI Tool Verdicts</h2><p>Get the next comparison in your inbox</p><p hidden>Entry</p></footer>`,
  );
}

function soupForm(page: PageOutline): string {
  const box = (...texts: string[]) => `<div>${texts.map((text) => `<span>${broken(text)}</span>`).join('\n')}</div>`;
  const tool = ({ category, name, tagline, ...tool }: ToolOutline) =>
    [
      box(name.charAt(0), category, name),
      box(tagline),
      tool.verdict === '' ? box(tool.share, 'Panel ship') : box(tool.verdict, tool.share, 'Panel ship'),
      `<span class="stat block">${tool.community === '' ? '' : `<b>${escapeHtml(tool.community)}</b>`}<span>Community</span></span>`,
      `<div>${tool.entry} <span>Entry</span></div>`,
      `<div>${broken(tool.description)}</div>`,
    ].join('\n');
  const take = ({ score, words }: TakeOutline) =>
    `<div>${score === '' ? '' : box(...score.split(' · '))}<div>${broken(words)}</div></div>`;
  const pair = ({ persona, takes }: PageOutline['pairs'][number]) =>
    `<div>${persona === '' ? '' : `<span>${persona}</span>`}${takes.map(take).join('\n')}</div>`;
  return documentOf(
    '',
    `<div><div><a href="/">Compare</a><span>/</span><span>${escapeHtml(page.title)}</span></div><div>
    ${box('AI tool comparison')}<h1>${page.title
      .split(' vs ')
      .map((name) => `<span class="block">${escapeHtml(name)}</span>`)
      .join('<span> vs </span>')}</h1>${box(page.lead)}
    ${page.tools.map(tool).join('\n')}
    ${page.table.map((row) => `<div class="grid grid-cols-3">${row.map((text) => `<span>${escapeHtml(text)}</span>`).join('\n')}</div>`).join('\n')}
    ${box('Reviewer scorecard')}
    ${page.pairs.map(pair).join('\n')}
    ${box('Weekly AI Tool Verdicts')}${box('Get the next comparison in your inbox')}</div></div>`,
  );
}

function streamedForm(page: PageOutline): string {
  const [before = '', after = ''] = articleForm(page).split('<article>');
  const [article = '', rest = ''] = after.split('</article>');
  const late = article.replaceAll(/>(\d+)%</g, '>$1<!-- -->%<').replaceAll('/100', '<!-- -->/100');
  const payload = `self.__next_f.push([1,${JSON.stringify(article).replaceAll('<', String.raw`\u003c`)}])`;
  return `${before}<!--$?--><template id="B:0"></template><div>Loading<p>Entry</p></div><!--/$-->${rest
    .replace('</main>', '</main><next-route-announcer></next-route-announcer>')
    .replace(
      '</body>',
      () => `<div hidden id="S:0">${late}</div><script>$RC=function(){};$RC("B:0","S:0")</script>
      <script>${payload}</script><script id="__NEXT_DATA__" type="application/json">{"Reviewer scorecard": 1}</script>
      <noscript>Panel ship</noscript><div class="md:hidden">Entry</div></body>`,
    )}`;
}

/** A style such as `text-transform: uppercase` lets a site write its labels as it likes. */
function capitalsForm(html: string): string {
  return html
    .replaceAll(/>(Panel ship|Entry|Reviewer scorecard|Builder|Creator|Pricing|Decision)</g, (label) =>
      label.toUpperCase(),
    )
    .replaceAll(/>(Community|Skeptic|Futurist|Founder|AI tool comparison|Best for)</g, (label) => label.toLowerCase());
}

function tableForm(page: PageOutline): string {
  const row = (...cells: string[]) =>
    `<TR>${cells.map((cell) => `<TD valign=top><FONT face="Arial">${cell}</FONT>`).join('\n')}`;
  const tool = ({ category, name, tagline, ...tool }: ToolOutline) =>
    [
      row('&nbsp;', '', escapeHtml(category)),
      row(`<B>${escapeHtml(name)}</B>`),
      row(escapeHtml(tagline)),
      tool.verdict === '' ? '' : row(tool.verdict),
      row(escapeHtml(tool.share)),
      row('Panel ship'),
      row(escapeHtml(tool.community)),
      row('Community'),
      row(tool.entry, 'Entry'),
      row(broken(tool.description)),
    ].join('\n');
  const take = ({ score, words }: TakeOutline) =>
    `${score === '' ? '' : `<I>${escapeHtml(score)}</I><BR>`}${words === 'No panel take' ? '—' : broken(words)}`;
  const facts = `<TABLE border=1>${page.table.map((cells) => row(...cells.map(escapeHtml))).join('\n')}</TABLE>`;
  return `<HTML><HEAD><TITLE>Page</TITLE></HEAD><BODY bgcolor=white>
    <CENTER>AI tool comparison</CENTER><H1>${escapeHtml(page.title)}</H1>${escapeHtml(page.lead)}
    <TABLE role=presentation>${page.tools.map(tool).join('\n')}</TABLE>${page.table.length === 0 ? '' : facts}
    <H3>Reviewer scorecard</H3><TABLE>
    ${page.pairs.map(({ persona, takes }) => row(...(persona === '' ? [] : [persona]), ...takes.map(take))).join('\n')}
    </TABLE><HR>Weekly AI Tool Verdicts<BR>Get the next comparison in your inbox</BODY>`;
}
