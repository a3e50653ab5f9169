import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { launchChromium, mailLooks, openMail } from '../support/chromium.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Takes the pictures of the golden mails: each sample issue at each width, by day and by night. */
await mkdir(here('pictures'), { recursive: true });
const browser = await launchChromium();
try {
  for (const issue of ['issue-1', 'issue-2']) {
    const html = await readFile(here(`${issue}.html`), 'utf8');
    for (const look of mailLooks) {
      const { page, context } = await openMail(browser, html, look);
      await page.screenshot({ path: here(`pictures/${issue}-${look.width}-${look.scheme}.png`), fullPage: true });
      await context.close();
    }
  }
} finally {
  await browser.close();
}
