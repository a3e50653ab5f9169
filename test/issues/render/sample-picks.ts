import type { Comparison, Persona, Take, Tool, Verdict } from '../../../src/comparisons/comparison.ts';
import type { MailPick } from '../../../src/issues/render/group-picks.ts';
import { sampleComparison, sampleTake, sampleTool } from '../sample-comparison.ts';

function say(persona: Persona, [verdict, score]: [Verdict, number], words: string): Take {
  return sampleTake({ persona, verdict, score, words });
}

export const axolotl: Tool = sampleTool('Axolotl v0.16', {
  slug: 'axolotl-v0-16',
  category: 'Developer Tools',
  tagline: 'Fine-tunes mixture-of-experts models 15 times faster in a fortieth of the memory',
  description: 'An open-source framework for fine-tuning language models. Version 0.16 is about speed.',
  entry: 'paid',
  pricing: 'Open Source',
  shipPercent: 75,
  panel: { ship: 3, skip: 1 },
  takes: [
    say(
      'builder',
      ['ship', 80],
      'A fortieth of the memory moves a job from a rented $20K card to one for $1.5K. I upgraded the same day.',
    ),
    say(
      'skeptic',
      ['ship', 80],
      'Framework benchmarks are easy to choose. The record is good, e.g. on earlier releases, so I believe most of it.',
    ),
    say(
      'futurist',
      ['ship', 80],
      'One person with one card can now tune a sparse model of 30B parameters. That shifts who gets to build.',
    ),
    say(
      'creator',
      ['skip', 45],
      'Nothing here is for people who make pictures or text. The overhead is not worth it without a team of engineers.',
    ),
  ],
});

export const gemma: Tool = sampleTool('Gemma 3n', {
  slug: 'gemma-3n',
  category: 'Developer Tools',
  tagline: 'An open-weight multimodal model small enough for a phone',
  entry: 'free',
  pricing: 'Free (open weights)',
  bestFor: 'An open-weight multimodal model small enough for a phone',
  shipPercent: 75,
  panel: { ship: 3, skip: 1 },
  takes: [
    say(
      'builder',
      ['ship', 84],
      'It beats llama.cpp with a vision adapter on audio and on tooling. The benchmarks come with their method.',
    ),
    say(
      'skeptic',
      ['ship', 78],
      'The most capable open multimodal model of its size, and it costs nothing per call. Android is still six weeks of work.',
    ),
    say(
      'futurist',
      ['ship', 87],
      'One family of weights runs on a $200 phone and on a laptop. Inference leaves the cloud by 2027.',
    ),
    say(
      'founder',
      ['skip', 52],
      'Nobody can defend a business built on weights that anyone may download. The buyer wants an SLA and gets a file.',
    ),
  ],
});

const unnamed = (...words: string[]): Take[] => words.map((sentence) => sampleTake({ words: sentence }));

export const llama: Tool = sampleTool('Llama 4 Compact (12B)', {
  slug: 'llama-4-compact-12b',
  category: 'Developer Tools',
  tagline: "Meta's open 12B model, quantised for edge hardware",
  entry: 'free',
  shipPercent: 100,
  takes: unnamed(
    'Weights and a model card, loaded in llama.cpp in under an hour. No key, no rate limit.',
    'The scores are self-reported and the method is missing. The weights are public, so somebody will check within a week.',
    'A free model on the device takes the floor out of what AI features cost small studios.',
    'The licence has limits that a legal department will read twice.',
  ),
});

export const smollm: Tool = sampleTool('SmolLM3', {
  slug: 'smollm3',
  category: 'Developer Tools',
  tagline: 'An open 3B model that fights above its weight',
  entry: 'free',
  shipPercent: 75,
  takes: unnamed(
    'Apache 2.0, one GPU, one import, and you are tuning: the DX bet is right.',
    'At 3B, chains of tool calls still collapse on long context. It ships, narrowly.',
    'By 2027 most inference runs at the edge, and small models under open licences are what it runs on.',
    'As a business there is nothing to own here; as infrastructure it is sound.',
  ),
});

export const smolvlm: Tool = sampleTool('SmolVLM2-2B', {
  slug: 'smolvlm2-2b',
  category: 'Developer Tools',
  tagline: 'A vision-language model that runs on a phone',
  entry: 'free',
  shipPercent: 100,
  takes: unnamed(
    'The INT4 paths are published and work, on iOS as on Apple Silicon: a weekend gets you a prototype that runs.',
    'Fine print in the wild and long video break it. Everything else holds up.',
    'Vision that works offline opens hospitals and courts, where nothing may leave the building.',
    'Every team that tunes it on the Hub pays for compute there.',
  ),
});

export const mistral: Tool = sampleTool('Mistral 3 Small (24B)', {
  slug: 'mistral-3-small-24b',
  category: 'Developer Tools',
  tagline: 'An open 24B model for the edge',
  entry: 'free',
  shipPercent: 100,
  takes: unnamed(
    'Quantise it, put it on a single A10, and ship: Apache 2.0 means nobody asks the lawyers.',
    'A phone will not hold 24B whatever the page says, but a freely licensed 24B that runs is rare.',
    'Data that must stay in the house is why this class of model wins in Europe.',
    'Open weights are distribution, not revenue; the API above them has to sell.',
  ),
});

/** One pick with a reason all picks share and one of its own. */
export function samplePick(position: number, comparison: Comparison, changes: Partial<MailPick> = {}): MailPick {
  return {
    position,
    comparison,
    reasons: [
      { part: 'freshness', points: 40, sentence: 'published today' },
      { part: 'split', points: 12, sentence: `the panel is split 3 to 1 on ${comparison.left.name}` },
      { part: 'featured', points: 10 - position, sentence: `first time ${comparison.right.name} is featured` },
      { part: 'votes', points: 0, sentence: 'no community votes yet' },
    ],
    link: `https://verdicts.example.com/compare/${comparison.slug}`,
    ...changes,
  };
}

/** Week one: five comparisons that share one tool. */
export function weekOne(): MailPick[] {
  return [gemma, llama, smollm, smolvlm, mistral].map((tool, index) =>
    samplePick(index + 1, sampleComparison(axolotl, tool)),
  );
}

/** Week two: the challengers among each other, in a ring. */
export function weekTwo(): MailPick[] {
  const ring = [gemma, llama, smollm, smolvlm, mistral];
  return ring.map((tool, index) =>
    samplePick(index + 1, sampleComparison(tool, ring[(index + 1) % ring.length] ?? gemma)),
  );
}
