import { type Command, Option } from 'commander';
import { scheduleLimits, type weekdays } from '../schedule/schedule.ts';
import { readTime, readWeekday, readWithin } from './read-arguments.ts';

/** What `schedule set` was told, as given. */
export interface ScheduleOptions {
  day?: (typeof weekdays)[number];
  time?: { hour: number; minute: number };
  zone?: string;
  leadHours?: number;
  graceHours?: number;
  picks?: number;
  leastPicks?: number;
  autoApprove?: 'on' | 'off';
  canary?: number;
  canaryFrom?: number;
  canaryWait?: number;
  guard?: 'on' | 'off';
  json?: boolean;
}

/** Everything that `schedule set` can change; what is not given stays. */
export function withScheduleOptions(command: Command): Command {
  const onOff = (flag: string, description: string) => new Option(flag, description).choices(['on', 'off']);
  const whole = (flag: string, limits: readonly [number, number], description: string) =>
    new Option(flag, description).argParser(readWithin(limits));
  return command
    .addOption(new Option('--day <day>', 'of the send time, such as tuesday or tue').argParser(readWeekday))
    .addOption(new Option('--time <hh:mm>', 'of the send time, on the clock of the zone').argParser(readTime))
    .option('--zone <zone>', 'time zone, such as Europe/Berlin')
    .addOption(
      whole('--lead-hours <hours>', scheduleLimits.draftLeadHours, 'how long before the send time an issue is drafted'),
    )
    .addOption(whole('--grace-hours <hours>', scheduleLimits.graceHours, 'how long after it an issue may still go out'))
    .addOption(whole('--picks <count>', scheduleLimits.picksCount, 'picks of an issue, at most'))
    .addOption(whole('--least-picks <count>', scheduleLimits.minimumPicksCount, 'with fewer an issue is skipped'))
    .addOption(onOff('--auto-approve <on|off>', 'approve drafts without a person'))
    .addOption(
      whole('--canary <percent>', scheduleLimits.canaryPercent, 'share of a large send that goes ahead; 0 = none'),
    )
    .addOption(whole('--canary-from <count>', scheduleLimits.canaryFromCount, 'how many eligible make a send large'))
    .addOption(whole('--canary-wait <minutes>', scheduleLimits.canaryWaitMinutes, 'how long the rest waits'))
    .addOption(onOff('--guard <on|off>', 'pause an issue that bounces or is complained of too much'));
}
