import type { WeeklyIssueProps } from '../weekly-issue-props.ts';
import { light } from './tokens.ts';
import { keepPercents, Words } from './words.tsx';

/** Which week, how many verdicts, and the week's answer. */
export function Masthead(props: WeeklyIssueProps) {
  return (
    <>
      <NamePlate {...props} />
      <Words as="h1" size={28} top={32} style={{ letterSpacing: '-0.02em' }}>
        {keepPercents(props.answer.headline)}
      </Words>
      {props.answer.because && (
        <Words tone="muted" top={12}>
          {keepPercents(props.answer.because)}
        </Words>
      )}
      {props.intro && <Words top={16}>{props.intro}</Words>}
    </>
  );
}

function NamePlate({ newsletterName, issueNumber, dateLine, countLine }: WeeklyIssueProps) {
  const rule = { borderBottom: `1px solid ${light.ink}`, paddingBottom: '12px' };
  return (
    <table role="presentation" width="100%" cellPadding="0" cellSpacing="0" border={0}>
      <tbody>
        <tr>
          <td className="rule-ink" style={rule}>
            <Words size={20} isStrong>
              {newsletterName}
            </Words>
            <Words size={13} tone="muted" top={4} style={{ fontVariantNumeric: 'tabular-nums' }}>
              {`Issue ${issueNumber} · ${dateLine} · ${countLine}`}
            </Words>
          </td>
        </tr>
      </tbody>
    </table>
  );
}
