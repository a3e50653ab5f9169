import type { Comparison, Tool } from '../../comparisons/comparison.ts';
import type { PickReasons } from '../issue.ts';
import { compareTools } from './tool-share.ts';

/** One pick as the mail is made from it. */
export interface MailPick {
  /** From 1. */
  position: number;
  comparison: Comparison;
  reasons: PickReasons;
  /** Where the full comparison is; null links the issue in the archive. */
  link: string | null;
}

export type PickSection =
  { kind: 'group'; shared: Tool; challengers: { tool: Tool; pick: MailPick }[] } | { kind: 'pair'; pick: MailPick };

/** From this many comparisons on, a tool they share gets a part of its own. */
export const groupLeastCount = 3;

/**
 * Puts picks into groups that share a tool, best challenger first, and pairs. The tool that most of the remaining picks share
 * takes them all, the earlier one where two share as many, until none has enough; sections stand by their first pick.
 */
export function groupPicks(picks: MailPick[]): PickSection[] {
  let remaining = picks.toSorted((a, b) => a.position - b.position);
  const sections: { first: number; section: PickSection }[] = [];
  for (;;) {
    const slug = findMostShared(remaining);
    if (slug === undefined) break;
    const members = remaining.filter(({ comparison }) => isOf(comparison, slug));
    remaining = remaining.filter((pick) => !members.includes(pick));
    sections.push({ first: members[0]?.position ?? 0, section: formGroup(slug, members) });
  }
  for (const pick of remaining) sections.push({ first: pick.position, section: { kind: 'pair', pick } });
  return sections.toSorted((a, b) => a.first - b.first).map(({ section }) => section);
}

function isOf({ left, right }: Comparison, slug: string): boolean {
  return left.slug === slug || right.slug === slug;
}

function findMostShared(picks: MailPick[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { comparison } of picks)
    for (const { slug } of [comparison.left, comparison.right]) counts.set(slug, (counts.get(slug) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return most < groupLeastCount ? undefined : [...counts].find(([, count]) => count === most)?.[0];
}

function formGroup(slug: string, picks: MailPick[]): PickSection {
  const sides = picks.map((pick) => {
    const { left, right } = pick.comparison;
    return left.slug === slug ? { shared: left, tool: right, pick } : { shared: right, tool: left, pick };
  });
  const [shared] = sides.map((side) => side.shared).toSorted((a, b) => countStated(b) - countStated(a));
  if (shared === undefined) throw new Error(`No pick shares the tool ${slug}.`);
  const challengers = sides.map(({ tool, pick }) => ({ tool, pick })).toSorted((a, b) => compareTools(a.tool, b.tool));
  return { kind: 'group', shared, challengers };
}

/** How much a page states of a tool: of several pages on it, the mail tells what the fullest has. */
function countStated({ takes, ...facts }: Tool): number {
  const facets = [
    ...Object.values(facts),
    ...takes.flatMap(({ persona, score, verdict }) => [persona, score, verdict]),
  ];
  return facets.filter((fact) => fact !== null).length;
}
