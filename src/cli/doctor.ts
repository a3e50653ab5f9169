import { callOf, type Config, loadConfig } from '../config.ts';
import { ConfigFaults } from '../config-faults.ts';
import { type Finding, fault, ok } from '../ops/doctor/finding.ts';
import { runChecks } from '../ops/doctor/run-checks.ts';
import { countOf } from '../platform/count-of.ts';
import { checkSchema } from '../start/check-schema.ts';
import { openPatient } from '../start/open-patient.ts';
import { quiet } from './run-command.ts';
import { print, printJson, say } from './terminal.ts';

const words: Record<Finding['level'], string> = { ok: 'ok', warning: 'warning', fault: 'FAULT', unrelated: '-' };
const configMend = `Set it in .env or in the environment, then run \`${callOf('doctor')}\` again: the rest is looked at then.`;
const levelWidth = 8;
const checkWidth = 18;

/** `doctor [--json]`: one line a check, in a fixed order; ends with 1 when there is a fault. Changes nothing. */
export async function runDoctor({ json = false }: { json?: boolean }): Promise<void> {
  if (process.stderr.isTTY) say('Looking; answers are waited for up to 15 seconds each.');
  const findings: Finding[] = [];
  for await (const finding of examine()) {
    findings.push(finding);
    if (!json) print(describe(finding));
  }
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [faults, warnings] = [count('fault'), count('warning')];
  if (json) printJson({ ok: faults === 0, faults, warnings, checks: findings });
  else print(`${countOf(faults, 'fault')}, ${countOf(warnings, 'warning')}.`);
  if (faults > 0) process.exitCode = 1;
}

async function* examine(): AsyncGenerator<Finding> {
  const config = readConfig();
  if (Array.isArray(config)) {
    yield* config.map((sentence) => fault('configuration', sentence, configMend));
    return;
  }
  yield ok('configuration', `Read without a fault; ${modeOf(config)}.`);
  const { patient, close } = await openPatient(config);
  try {
    const hide = hiding(patient.config);
    for await (const finding of runChecks({ patient, checkSchema }))
      yield { ...finding, sentence: hide(finding.sentence) };
  } finally {
    await close();
  }
}

function readConfig(): Config | string[] {
  try {
    return quiet(loadConfig());
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults;
    throw error;
  }
}

function modeOf({ databaseUrl, redisUrl, isSandbox, resendBaseUrl }: Config): string {
  const database = databaseUrl === null ? 'embedded database' : 'DATABASE_URL';
  const queue = redisUrl === null ? 'queue in Postgres' : 'queue in Redis';
  return `${database}, ${queue}, mail ${isSandbox ? 'to the local sandbox' : `through ${resendBaseUrl}`}`;
}

/** Servers and libraries may quote what they were asked with: no secret of ours goes into a line. */
function hiding(config: Config): (sentence: string) => string {
  const passwords = [config.databaseUrl, config.redisUrl].map((url) => (url === null ? '' : new URL(url).password));
  const secrets = [...config.secrets, ...config.webhookSecrets, config.resendApiKey, ...passwords];
  const all = secrets.flatMap((secret) => [secret, decodeURIComponent(secret)]).filter((secret) => secret.length > 3);
  return (sentence) => all.reduce((hidden, secret) => hidden.replaceAll(secret, '…'), sentence);
}

function describe({ check, level, sentence, mend }: Finding): string {
  const line = `${words[level].padEnd(levelWidth)}${check.padEnd(checkWidth)}${sentence}`;
  return mend === null ? line : `${line}\n${' '.repeat(levelWidth + checkWidth)}${mend}`;
}
