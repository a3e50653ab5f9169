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

  test('the archive stands in for a lead that has no address; another without one adds no link', async () => {
    const [group, pair] = sample.sections;
    if (group?.kind !== 'group' || pair?.kind !== 'pair') throw new Error('the sample has a group and a pair');
    const lead = { ...sample, sections: [{ ...pair, isLead: true }] };
    const others = { ...sample, sections: [pair] };
    expect(await countLinks(lead)).toEqual({ html: 2, text: 2 });
    expect(await countLinks(others)).toEqual({ html: 1, text: 1 });
  });
});

/** Links to the archive, the footer's among them. */
async function countLinks(props: typeof sample): Promise<{ html: number; text: number }> {
  const html = await render(createElement(WeeklyIssue, props));
  return {
    html: html.split('href="⟦archive_url⟧"').length - 1,
    text: weeklyIssueText(props).split('⟦archive_url⟧').length - 1,
  };
}

/** What stands between `<h3` and the end of the heading that holds a name. */
function headingOf(html: string, name: string): string {
  const end = html.indexOf(`<bdi>${name}</bdi></h`);
  return html.slice(html.lastIndexOf('<h', end) + 3, end);
}

/** Where each of these pairs of words stands, one after the other. */
function order(from: string, marks: [string, string][]): number[] {
  return marks.map(([before, after]) => from.indexOf(`${before}${after}`));
}
