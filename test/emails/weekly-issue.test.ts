import { render } from '@react-email/components';
import { createElement } from 'react';
import { describe, expect, test } from 'vitest';
import WeeklyIssue from '../../emails/weekly-issue.tsx';
import { weeklyIssueText } from '../../emails/weekly-issue-text.ts';

const sample = WeeklyIssue.PreviewProps;

describe('the sample issue', () => {
  test('a person who looks at the template sees no cut marks', async () => {
    const html = await render(createElement(WeeklyIssue, sample));
    expect(html).not.toMatch(/⟦(?:begin|end):/);
    expect(html).toContain(sample.answer.headline);
  });

  test('HTML and text name the same tools in the same order', async () => {
    const html = await render(createElement(WeeklyIssue, sample));
    const text = weeklyIssueText(sample);
    const names = ['Axolotl v0.16', 'Llama 4 Compact (12B)', 'Mistral 3 Small (24B)', 'Gemma 3n', 'SmolLM3'];
    const inHtml = order(
      html,
      names.map((name, index) => [index === 0 ? '<h2' : '<h3', headingOf(html, name)]),
    );
    const inText = order(
      text,
      names.map((name) => ['', `\n${name}\n${name === 'Axolotl v0.16' ? '=' : '-'}`]),
    );
    for (const places of [inHtml, inText]) {
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
  });

  test('the archive stands in for a comparison that has no address', async () => {
    const html = await render(createElement(WeeklyIssue, sample));
    expect(html.match(/href="⟦archive_url⟧"/g)).toHaveLength(2);
    expect(weeklyIssueText(sample).split('⟦archive_url⟧')).toHaveLength(3);
  });
});

/** What stands between `<h3` and the end of the heading that holds a name. */
function headingOf(html: string, name: string): string {
  const end = html.indexOf(`<bdi>${name}</bdi></h`);
  return html.slice(html.lastIndexOf('<h', end) + 3, end);
}

/** Where each of these pairs of words stands, one after the other. */
function order(from: string, marks: [string, string][]): number[] {
  return marks.map(([before, after]) => from.indexOf(`${before}${after}`));
}
