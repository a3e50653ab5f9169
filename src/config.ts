import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigFaults, forms, secretLength } from './config-faults.ts';
import { isRedisUrl, readCertificates, usualRedisPrefix } from './platform/redis/read-settings.ts';

/** Everything the environment decides, checked. */
export interface Config {
  /** Null: the embedded server under `dataDir`. */
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Certificates (PEM) that vouch for the Redis server; null: those this machine trusts. */
  redisCa: string | null;
  /** Stands before every key in Redis. */
  redisPrefix: string;
  dataDir: string;
  port: number;
  /** Origin of every link, no trailing slash. */
  publicUrl: string;
  isPublicUrlGiven: boolean;
  /** First signs, all verify; empty where secrets of this machine are kept under `dataDir`. */
  secrets: string[];
  isSandbox: boolean;
  mailFrom: string;
  mailReplyTo: string | null;
  postalAddress: string;
  newsletterName: string;
  resendApiKey: string;
  resendBaseUrl: string;
  webhookSecrets: string[];
  /** Ceiling in requests a second; 0 = unpaced. */
  rateLimit: number;
  /** A provider call is given up after this long; the claim's lease is half as long again. */
  callDeadlineMs: number;
  /** How often a worker looks for what is due and rings it. */
  sweepEveryMs: number;
  /** `host:port` each: web servers pages are imported from wherever they stand. */
  importAllowHosts: string[];
  logLevel: string;
  failpoint: string | undefined;
  environment: string | undefined;
}

/** Parts between commas; of nothing but commas, undefined. */
const list = z.string().transform((text) => {
  const parts = text.split(',').map((part) => part.trim());
  const given = parts.filter((part) => part !== '');
  return given.length > 0 ? given : undefined;
});
const webhookSecret = z.string().regex(/^whsec_[A-Za-z\d+/]+={0,2}$/);
const url = (schemes: RegExp) => z.string().regex(schemes);

const certificates = z.string().transform((file, problem) => {
  const text = readCertificates(file);
  if (text === undefined) problem.addIssue({ code: 'custom' });
  return text ?? z.NEVER;
});

const hostAndPort = z
  .string()
  .toLowerCase()
  .regex(/^(?:[a-z\d.-]+|\[[a-f\d:]+\]):\d{1,5}$/);

const environment = z.object({
  DATABASE_URL: url(/^postgres(ql)?:\/\//).optional(),
  REDIS_URL: z.string().refine(isRedisUrl).optional(),
  REDIS_CA: certificates.optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w.{}-]{1,60}$/)
    .default(usualRedisPrefix),
  DATA_DIR: z.string().default('data'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  PUBLIC_URL: url(/^https?:\/\/[^/?#\s]+\/?$/).optional(),
  SECRET: list.pipe(z.array(z.string().min(secretLength)).optional()).optional(),
  MAIL: z.enum(['sandbox', 'resend']).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/)
    .optional(),
  MAIL_REPLY_TO: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/)
    .optional(),
  POSTAL_ADDRESS: z.string().min(5).max(300).optional(),
  NEWSLETTER_NAME: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[^\r\n<>"]+$/)
    .default('Weekly Verdicts'),
  RESEND_API_KEY: z
    .string()
    .regex(/^re_\S+$/)
    .optional(),
  RESEND_BASE_URL: url(/^https?:\/\/\S+$/).default('https://api.resend.com'),
  RESEND_WEBHOOK_SECRET: list.pipe(z.array(webhookSecret).optional()).optional(),
  RESEND_RATE_LIMIT: z.coerce.number().min(0).max(1000).default(10),
  RESEND_TIMEOUT_MS: z.coerce.number().int().min(200).max(120_000).default(30_000),
  SWEEP_EVERY_MS: z.coerce.number().int().min(50).max(60_000).default(1_000),
  IMPORT_ALLOW_HOSTS: list.pipe(z.array(hostAndPort).optional()).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  FAILPOINT: z.string().optional(),
  NODE_ENV: z.string().optional(),
});
type Environment = z.infer<typeof environment>;

/** The variables `demo` sets aside, whatever they say. */
export const ignoredByDemo = [
  'DATABASE_URL',
  'REDIS_URL',
  'MAIL',
  'RESEND_API_KEY',
  'RESEND_BASE_URL',
  'PUBLIC_URL',
] as const;

/** Reads the environment (and a `.env` file beside package.json, which never overrides it); throws ConfigFaults. */
export function loadConfig(without: readonly string[] = []): Config {
  if (isMailbox(process.env.MAIL)) delete process.env.MAIL;
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig(process.env, without);
}

/** Login shells keep the path of the person's mailbox under this name: it is not ours, and must not stand before that of `.env`. */
function isMailbox(mail: string | undefined): boolean {
  return mail?.startsWith('/') === true;
}

/** Which of the variables that `demo` sets aside are set, to be named to the person. */
export function listIgnoredByDemo(env: NodeJS.ProcessEnv = process.env): string[] {
  return ignoredByDemo.filter((name) => (env[name] ?? '').trim() !== '' && !(name === 'MAIL' && isMailbox(env.MAIL)));
}

/** What a process of ours beside this one gets of its environment, whatever else is set: where programs and the user's files are. */
export function keepPaths(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}

/** How this process was started: what the image says of itself, and the file Node was given. */
interface Started {
  call: string | undefined;
  file: string;
}

/** How a person calls a command of this program: as the image says it is called, by the compiled file, or through npm. */
export function callOf(command: string, started: Partial<Started> = {}): string {
  const { call = process.env.VERDICTS_CALL, file = process.argv[1] ?? '' } = started;
  if (call !== undefined && call !== '') return `${call} ${command}`;
  return `${file.endsWith('.js') ? `node ${relative(process.cwd(), file)}` : 'npm run -s verdicts --'} ${command}`;
}

/** Whether an npm script runs this process. */
export function isRunByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

/** The same on any environment: an empty variable counts as not given. */
export function parseConfig(env: NodeJS.ProcessEnv, without: readonly string[] = []): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value?.trim() !== '' && !without.includes(name)),
  );
  const read = environment.safeParse(given);
  const faults = read.success ? [] : read.error.issues.map(({ path }) => faultOf(String(path[0])));
  faults.push(...missingFor(read.success ? read.data : given));
  if (!read.success || faults.length > 0) throw new ConfigFaults([...new Set(faults)]);
  return toConfig(read.data);
}

function faultOf(name: string): string {
  return `${name} must be ${forms[name] ?? 'set to something else'}.`;
}

/** What the chosen run mode lacks. It looks at what is given, in whatever form, so that every fault is named at once. */
function missingFor(env: Partial<Record<keyof Environment, unknown>>): string[] {
  const faults: string[] = [];
  const need = (name: keyof Environment, why: string) => {
    if (env[name] === undefined) faults.push(`${name} is missing: ${why}.`);
  };
  if (env.DATABASE_URL === undefined) {
    if (env.MAIL === 'resend' || (env.RESEND_API_KEY !== undefined && env.MAIL !== 'sandbox')) {
      need(
        'DATABASE_URL',
        'real mail is not sent from the embedded database; set it, or MAIL=sandbox to try things out',
      );
    }
    return faults;
  }
  need('SECRET', 'it signs unsubscribe links; `openssl rand -hex 32` makes one');
  if (env.MAIL === 'sandbox') return faults;
  need('RESEND_API_KEY', 'without it nothing can be sent; MAIL=sandbox sends to the local mailbox instead');
  need(
    'RESEND_WEBHOOK_SECRET',
    'it proves that events come from Resend; it is shown with the webhook, and starts with whsec_',
  );
  need('MAIL_FROM', `it must be ${forms.MAIL_FROM}, at a domain verified with Resend`);
  need('POSTAL_ADDRESS', 'the law asks for one in every issue');
  need('PUBLIC_URL', `unsubscribe links start with it; ${forms.PUBLIC_URL}`);
  return faults;
}

function toConfig(env: Environment): Config {
  const isSandbox = env.MAIL === 'sandbox' || (env.MAIL === undefined && env.DATABASE_URL === undefined);
  return {
    databaseUrl: env.DATABASE_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    redisCa: env.REDIS_CA ?? null,
    redisPrefix: env.REDIS_PREFIX,
    dataDir: resolve(env.DATA_DIR),
    port: env.PORT,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/$/, ''),
    isPublicUrlGiven: env.PUBLIC_URL !== undefined,
    secrets: env.SECRET ?? [],
    isSandbox,
    mailFrom: env.MAIL_FROM ?? `${env.NEWSLETTER_NAME} <verdicts@example.com>`,
    mailReplyTo: env.MAIL_REPLY_TO ?? null,
    postalAddress: env.POSTAL_ADDRESS ?? '1 Sample Street, 12345 Sampleton',
    newsletterName: env.NEWSLETTER_NAME,
    resendApiKey: isSandbox ? 're_sandbox' : (env.RESEND_API_KEY ?? ''),
    resendBaseUrl: env.RESEND_BASE_URL.replace(/\/$/, ''),
    webhookSecrets: env.RESEND_WEBHOOK_SECRET ?? [],
    rateLimit: env.RESEND_RATE_LIMIT,
    callDeadlineMs: env.RESEND_TIMEOUT_MS,
    sweepEveryMs: env.SWEEP_EVERY_MS,
    importAllowHosts: env.IMPORT_ALLOW_HOSTS ?? [],
    logLevel: env.LOG_LEVEL,
    failpoint: env.FAILPOINT,
    environment: env.NODE_ENV,
  };
}
