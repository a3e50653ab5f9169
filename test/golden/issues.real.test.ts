import { beforeAll, describe, expect, it } from 'vitest';
import type { Preview } from '../../src/issues/preview-issue.ts';
import { renderSampleIssues } from '../support/sample-issues.ts';

let previews: Preview[];
beforeAll(async () => {
  previews = await renderSampleIssues();
});

/** Issue ids are drawn by Postgres; everything else is the same each time. */
function withoutIds(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)');
}

describe.each([1, 2])('sample issue %i', (number) => {
  const preview = (): Preview => previews[number - 1] ?? expect.fail('not rendered');

  it('is the HTML that was looked at; a wanted change is looked at again: `npm run golden`', async () => {
    await expect(withoutIds(preview().html)).toMatchFileSnapshot(`issue-${number}.html`);
  });

  it('is the text that was looked at', async () => {
    const { subject, preheader, text } = preview();
    await expect(withoutIds(`${subject}\n${preheader}\n\n${text}`)).toMatchFileSnapshot(`issue-${number}.txt`);
  });
});
