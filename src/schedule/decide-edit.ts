import { slotAfter, weekOf, type WeeklySlot } from './slots.ts';

/** A moment with the calendar week it stands for. */
export interface WeekSlot {
  slotAt: Date;
  week: string;
}

export interface EditFacts {
  before: WeeklySlot;
  after: WeeklySlot;
  now: Date;
  /** Weeks that have their issue: out, or drafted for its own send time. */
  weeksServed: ReadonlySet<string>;
  /** Runs that are due and have no issue yet. */
  due: readonly WeekSlot[];
}

export interface EditDecision {
  /** Slots of the old rule that still count: their weeks have no slot ahead under the new one. */
  kept: WeekSlot[];
  /** The first slot of the new rule. */
  next: WeekSlot;
}

/**
 * What an edit of the send time does to this week: each calendar week keeps exactly one slot. A week that has its issue gets no
 * second one; one whose new send time has passed already keeps its old one; in any other the new rule holds at once.
 */
export function decideEdit({ before, after, now, weeksServed, due }: EditFacts): EditDecision {
  const next = firstUnserved(after, now, weeksServed);
  const isSame = ({ slotAt }: WeekSlot) => slotAt.getTime() === next.slotAt.getTime();
  const isBefore = ({ slotAt, week }: WeekSlot) => week < next.week && slotAt < next.slotAt;
  const kept = due.filter((slot) => isBefore(slot) || isSame(slot));
  const pending = firstUnserved(before, now, new Set([...weeksServed, ...due.map(({ week }) => week)]));
  // Never two ahead: in a zone a day ahead the week after may have begun, and its slot lies closer than its name says.
  if (isBefore(pending) && kept.every(({ slotAt }) => slotAt <= now)) kept.push(pending);
  return { kept, next };
}

/** The first slot after a moment whose week comes after all of these: in a zone behind, a week that is over may not have ended. */
export function firstUnserved(slot: WeeklySlot, after: Date, weeks: ReadonlySet<string>): WeekSlot {
  const latest = [...weeks].toSorted().at(-1) ?? '';
  for (let slotAt = slotAfter(slot, after); ; slotAt = slotAfter(slot, slotAt)) {
    const week = weekOf(slot, slotAt);
    if (week > latest) return { slotAt, week };
  }
}
