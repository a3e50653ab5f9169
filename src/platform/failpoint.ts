/**
 * A named place where a test can kill, stop or break this process. Inert unless `FAILPOINT` is set and NODE_ENV is `test`.
 * FAILPOINT is `name:action[@n]`: action `kill` (SIGKILL), `stop` (SIGSTOP), `exit` or `throw`; n = the n-th pass (1 by default).
 */
export function failpoint(name: string): void {
  if (armed === undefined || armed.name !== name) return;
  passes += 1;
  if (passes !== armed.pass) return;
  if (armed.action === 'kill') process.kill(process.pid, 'SIGKILL');
  if (armed.action === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (armed.action === 'exit') process.exit(70);
  if (armed.action === 'throw') throw new Error(`failpoint ${name}`);
}

interface Armed {
  name: string;
  action: string;
  pass: number;
}

let passes = 0;
let armed: Armed | undefined;

/** Arms one failpoint for this process; called once at start with FAILPOINT's value. */
export function armFailpoint(value: string | undefined, environment: string | undefined): void {
  const match = environment === 'test' ? /^([\w-]+):(kill|stop|exit|throw)(?:@(\d+))?$/.exec(value ?? '') : null;
  armed = match ? { name: match[1] ?? '', action: match[2] ?? '', pass: Number(match[3] ?? 1) } : undefined;
  passes = 0;
}
