import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, mailLooks, openMail } from '../support/chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const smallestText = 13;
/** A mail is shown inside a page of the mail program, which has these landmarks already. */
const ofWholePages = ['landmark-one-main', 'region'];
const looks = ['issue-1', 'issue-2'].flatMap((issue) => mailLooks.map((look) => ({ issue, ...look })));

describe.each(looks)('$issue at $width px, $scheme', ({ issue, ...look }) => {
  async function withMail<Result>(see: (page: Page) => Promise<Result>): Promise<Result> {
    const html = await readFile(new URL(`${issue}.html`, import.meta.url), 'utf8');
    const { page, context } = await openMail(browser, html, look);
    try {
      return await see(page);
    } finally {
      await context.close();
    }
  }

  it('has no violation that axe knows', async () => {
    const found = await withMail((page) => new AxeBuilder({ page }).disableRules(ofWholePages).analyze());
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    expect(found.passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'html-has-lang']));
  });

  it('needs no sideways scrolling and cuts no word off', async () => {
    const overflowing = await withMail((page) => page.evaluate<string[]>(listOverflowing));
    expect(overflowing).toEqual([]);
  });

  it(`has no text smaller than ${smallestText} px, and the paper of its mode`, async () => {
    const seen = await withMail((page) => page.evaluate<{ sizes: number[]; paper: string }>(measureText));
    expect(seen.sizes.filter((size) => size < smallestText)).toEqual([]);
    expect(seen.paper).toBe(look.scheme === 'dark' ? 'rgb(20, 22, 26)' : 'rgb(251, 250, 247)');
  });
});

/** Runs in the page: what sticks out of the window. */
const listOverflowing = `(() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.body.querySelectorAll('*')].filter((element) => {
    const { left, right, height } = element.getBoundingClientRect();
    return height > 1 && (left < -0.5 || right > width + 0.5);
  });
  const isScrolled = document.documentElement.scrollWidth > width;
  return [...wide.map((element) => element.outerHTML.slice(0, 200)), ...(isScrolled ? ['the page scrolls'] : [])];
})()`;

/** Runs in the page: the sizes of visible text, and the colour under the mail. */
const measureText = `(() => {
  const all = [...document.body.querySelectorAll('*')];
  const hasWords = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
  const seen = all.filter((element) => hasWords(element) && element.getBoundingClientRect().height > 1);
  const sizes = seen.map((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  const colours = [document.body, ...all].map((element) => getComputedStyle(element).backgroundColor);
  return { sizes, paper: colours.find((colour) => colour !== 'rgba(0, 0, 0, 0)') ?? 'none' };
})()`;
