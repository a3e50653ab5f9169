import type { Tool } from './comparison.ts';
import { factLengthLimit, parseCommunity, parsePanel } from './figures.ts';
import type { PageLine } from './lines.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import { factOf, refuseCommunity } from './tool-block.ts';
import { isRefusal } from '../platform/refusal.ts';

/** The line a decision table begins with. */
export const decisionLine = 'Decision';

type TableFacts = Pick<Tool, 'category' | 'pricing' | 'bestFor' | 'panel' | 'community'>;
type Fact = keyof TableFacts;
const factOfLabel = new Map<string, Fact>([
  ['Panel verdict', 'panel'],
  ['Community', 'community'],
  ['Pricing', 'pricing'],
  ['Best for', 'bestFor'],
  ['Category', 'category'],
]);
/** The labels of the rows that are read. */
export const tableLabels = [...factOfLabel.keys()];

/**
 * Reads the table (from its `Decision` line to before the scorecard) into both tools: rows of label, left cell, right cell.
 * Rows with an unknown label are passed over; a missing cell, a second row of a label and a cell that contradicts the tool's
 * own lines are refused.
 */
export function readDecisionTable(table: readonly PageLine[], tools: [Tool, Tool]): [Tool, Tool] | PageRefusal {
  const [first, leftName, rightName, ...cells] = table;
  if (first === undefined) return tools;
  if (leftName?.text !== tools[0].name || rightName?.text !== tools[1].name) {
    const wrong = leftName?.text === tools[0].name ? rightName : leftName;
    const words = `the decision table should begin with "${decisionLine}" and the two names in the title's order`;
    return refuseAt((wrong ?? first).number, 'incomplete', words);
  }
  return readRows(cells, tools);
}

function readRows(cells: readonly PageLine[], tools: [Tool, Tool]): [Tool, Tool] | PageRefusal {
  let [left, right] = tools;
  const seen = new Set<string>();
  for (let at = 0; at < cells.length; at += 3) {
    const [label, leftCell, rightCell] = cells.slice(at, at + 3);
    if (label === undefined) break;
    const torn = findTornRow(label, leftCell, rightCell);
    if (torn !== undefined) return torn;
    if (seen.has(label.text))
      return refuseAt(label.number, 'contradiction', `the table has a second row ${quoted(label.text)}`);
    seen.add(label.text);
    const fact = factOfLabel.get(label.text);
    if (fact === undefined || leftCell === undefined || rightCell === undefined) continue;
    const leftNext = stateFact(left, fact, leftCell);
    const rightNext = stateFact(right, fact, rightCell);
    if (isRefusal(leftNext)) return leftNext;
    if (isRefusal(rightNext)) return rightNext;
    left = leftNext;
    right = rightNext;
  }
  return [left, right];
}

/** A label where a cell should stand, or nothing: a cell before it is missing. */
function findTornRow(label: PageLine, left?: PageLine, right?: PageLine): PageRefusal | undefined {
  const stray = [left, right].find((cell) => cell !== undefined && factOfLabel.has(cell.text));
  if (stray === undefined && right !== undefined) return undefined;
  const at = stray ?? left ?? label;
  const words = `the row ${quoted(label.text)} should have two cells, one for each tool; write "—" where a tool has none`;
  return refuseAt(at.number, 'incomplete', words);
}

function stateFact(tool: Tool, fact: Fact, cell: PageLine): Tool | PageRefusal {
  if (cell.text.length > factLengthLimit) {
    return refuseAt(cell.number, 'too-long', `a cell of the table may have ${factLengthLimit} characters, not more`);
  }
  if (fact === 'panel') return statePanel(tool, cell);
  if (fact === 'community') return stateCommunity(tool, cell);
  const text = factOf(cell.text);
  if (fact === 'category' && tool.category !== null && text !== null && text !== tool.category) {
    const words = `the table says the category of ${quoted(tool.name)} is ${quoted(text)}, its own lines say ${quoted(tool.category)}`;
    return refuseAt(cell.number, 'contradiction', words);
  }
  return { ...tool, [fact]: text ?? tool[fact] };
}

function statePanel(tool: Tool, cell: PageLine): Tool | PageRefusal {
  const panel = parsePanel(cell.text);
  if (panel !== undefined) return { ...tool, panel };
  const words = `${quoted(cell.text)} is no panel verdict: write it as "Ship · 3 ship / 1 skip" or "No panel take"`;
  return refuseAt(cell.number, 'not-understood', words);
}

/** The table may add the votes to a share the tool's own lines state, never another share. */
function stateCommunity(tool: Tool, cell: PageLine): Tool | PageRefusal {
  const community = parseCommunity(cell.text);
  if (community === undefined) return refuseCommunity(cell);
  const own = tool.community;
  if (own === null || community === null) return { ...tool, community: community ?? own };
  const isOtherVotes = own.votes !== null && community.votes !== null && own.votes !== community.votes;
  if (own.shipPercent !== community.shipPercent || isOtherVotes) {
    const words = `the table's community figure for ${quoted(tool.name)} is not the one its own lines state`;
    return refuseAt(cell.number, 'contradiction', words);
  }
  return { ...tool, community: { shipPercent: own.shipPercent, votes: community.votes ?? own.votes } };
}
