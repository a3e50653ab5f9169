import type { ChallengerPart, PairSection, SharePart, ToolPart, WeeklyIssueProps } from './weekly-issue-props.ts';

const notNamed = { cells: [], note: '4 reviewers, not named on the page' };

function share(percent: number, ...notes: string[]): SharePart {
  return { percent, line: `${percent} % ship`, shortLine: `${percent} %`, notes };
}

function tool(name: string, facts: Partial<ToolPart>): ToolPart {
  return {
    name,
    category: null,
    what: null,
    bestFor: null,
    pricing: 'Free',
    share: share(100),
    split: notNamed,
    quotes: [],
    ...facts,
  };
}

const axolotl = tool('Axolotl v0.16', {
  category: 'Developer Tools',
  what: 'Fine-tunes mixture-of-experts models 15 times faster in a fortieth of the memory',
  pricing: 'Open Source',
  share: share(75, '3 of 4 reviewers ship it'),
  split: {
    cells: [
      { persona: 'Builder', state: 'ship', score: 80 },
      { persona: 'Skeptic', state: 'ship', score: 80 },
      { persona: 'Futurist', state: 'ship', score: 80 },
      { persona: 'Creator', state: 'skip', score: 45 },
      { persona: 'Founder', state: 'absent', score: null },
    ],
    note: null,
  },
  quotes: [
    { side: 'for', words: 'It moves a job from a rented $20K card to one for $1.5K.', by: 'builder, 80 of 100' },
    { side: 'against', words: 'The overhead is not worth it without engineers.', by: 'creator, 45 of 100' },
  ],
});

const llama = tool('Llama 4 Compact (12B)', {
  what: "Meta's open 12B model, quantised for edge hardware",
  quotes: [{ side: 'for', words: 'It takes the floor out of what AI features cost small studios.', by: null }],
});

const gemma = tool('Gemma 3n', {
  bestFor: 'Multimodal features that have to run on a phone',
  pricing: 'Free (open weights)',
  share: share(75, '3 of 4 reviewers ship it'),
  split: {
    cells: [
      { persona: 'Builder', state: 'ship', score: 84 },
      { persona: 'Skeptic', state: 'ship', score: 78 },
      { persona: 'Futurist', state: 'ship', score: 87 },
      { persona: 'Creator', state: 'absent', score: null },
      { persona: 'Founder', state: 'skip', score: 52 },
    ],
    note: null,
  },
  quotes: [
    { side: 'for', words: 'The most capable open multimodal model of its size.', by: 'skeptic, 78 of 100' },
    { side: 'against', words: 'Weights that anyone may download are no moat.', by: 'founder, 52 of 100' },
  ],
});

const mistral = tool('Mistral 3 Small (24B)', {
  what: 'An open 24B model for the edge',
  quotes: [{ side: 'for', words: 'Apache 2.0 on a single A10: nobody has to ask the lawyers.', by: null }],
});

const smollm = tool('SmolLM3', {
  what: 'An open 3B model that fights above its weight',
  share: share(75),
  quotes: [{ side: 'panel', words: 'At 3B, chains of tool calls still collapse. It ships, narrowly.', by: null }],
});

const smolvlm = tool('SmolVLM2-2B', {
  what: 'A vision-language model that runs on a phone',
  quotes: [{ side: 'for', words: 'The INT4 paths work on iOS: a weekend gets you a prototype.', by: null }],
});

function challenger(position: number, part: ToolPart, line: string): ChallengerPart {
  return {
    card: { position, key: `shared-axolotl-v0-16/pick-${position - 1}` },
    isLead: position === 2,
    verdict: { of: null, line, note: null },
    tool: part,
    link: 'https://verdicts.example.com/compare',
  };
}

const pair: PairSection = {
  kind: 'pair',
  card: { position: 5, key: 'pick-4' },
  isLead: false,
  verdict: { of: 'SmolVLM2-2B', line: '100 % ship against 75 %', note: null },
  left: smollm,
  right: smolvlm,
  link: null,
};

/** One issue with everything in it: a tool with three challengers, a pair, named reviewers and unnamed ones. */
export const sampleIssue: WeeklyIssueProps = {
  newsletterName: 'Weekly Verdicts',
  issueNumber: 12,
  dateLine: 'Thursday 26 November 2026',
  countLine: '4 verdicts',
  preheader: 'Llama 4 Compact (12B), Mistral 3 Small (24B) and SmolVLM2-2B at 100 %; the others below.',
  answer: {
    headline: 'Try Llama 4 Compact (12B), Mistral 3 Small (24B) or SmolVLM2-2B: the whole panel ships all three.',
    because: 'Gemma 3n, Axolotl v0.16 and SmolLM3 stand at 75 %.',
  },
  intro: null,
  sections: [
    {
      kind: 'group',
      card: { position: 1, key: 'shared-axolotl-v0-16' },
      shared: axolotl,
      challengers: [
        challenger(2, llama, '100 % ship against 75 %'),
        challenger(3, mistral, '100 % ship against 75 %'),
        challenger(4, gemma, 'A tie at 75 %'),
      ],
    },
    pair,
  ],
  reasons: [
    { of: 'All 4', sentences: 'published this week.' },
    { of: 'Gemma 3n', sentences: 'the panel is split 3 to 1.' },
  ],
  postalAddress: 'Weekly Verdicts, 12 Sample Street, 10115 Berlin',
};
