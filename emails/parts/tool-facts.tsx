import type { ToolPart } from '../weekly-issue-props.ts';
import { light, typeScale } from './tokens.ts';

/** What the tool is best for and what it costs; a row only for what the page states, and pricing always. */
export function ToolFacts({ tool }: { tool: ToolPart }) {
  return (
    <table width="100%" cellPadding="0" cellSpacing="0" border={0} style={{ marginTop: '12px' }}>
      <tbody>
        {tool.bestFor && <Fact name="Best for" words={tool.bestFor} />}
        <Fact name="Pricing" words={tool.pricing ?? 'not stated on the page'} />
      </tbody>
    </table>
  );
}

function Fact({ name, words }: { name: string; words: string }) {
  const cell = { ...typeScale[13], padding: '2px 0', verticalAlign: 'top', textAlign: 'left' } as const;
  return (
    <tr>
      <th scope="row" className="muted" style={{ ...cell, color: light.muted, fontWeight: 400, width: '72px' }}>
        {name}
      </th>
      <td className="ink" style={{ ...cell, color: light.ink }}>
        {words}
      </td>
    </tr>
  );
}
