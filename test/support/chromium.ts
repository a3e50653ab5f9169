import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.ts';

const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium; `apt-get install chromium` brings it.');
  return chromium.launch({ executablePath, headless: true, args });
}

export interface Look {
  /** CSS pixels. */
  width: number;
  scheme: 'light' | 'dark';
}

/** What a mail is looked at in: a phone and a mail program's pane, by day and by night. */
export const mailLooks: Look[] = [360, 640].flatMap((width) => [
  { width, scheme: 'light' as const },
  { width, scheme: 'dark' as const },
]);

/** A mail in a window of its own; close the context when done. */
export async function openMail(
  browser: Browser,
  html: string,
  { width, scheme }: Look,
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: scheme,
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  await page.setContent(html, { waitUntil: 'load' });
  return { page, context };
}
