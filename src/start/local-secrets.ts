import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { Failure } from './failure.ts';

const form = z.object({ secret: z.string().min(32), webhookSecret: z.string().startsWith('whsec_') });

/** Fills in what a laptop need not configure: secrets of its own, made once and kept under DATA_DIR, readable by us alone. */
export function withLocalSecrets(config: Config): Config {
  const isWhole = config.secrets.length > 0 && (config.webhookSecrets.length > 0 || !config.isSandbox);
  if (isWhole) return config;
  const local = readLocalSecrets(config.dataDir);
  return {
    ...config,
    secrets: config.secrets.length > 0 ? config.secrets : [local.secret],
    webhookSecrets: config.webhookSecrets.length > 0 ? config.webhookSecrets : [local.webhookSecret],
  };
}

/** Where they are kept. */
export function secretsFileIn(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

function readLocalSecrets(dataDir: string): z.infer<typeof form> {
  const file = secretsFileIn(dataDir);
  const fresh = {
    secret: randomBytes(32).toString('hex'),
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  };
  try {
    makeFolder(dataDir);
    // A link appears whole or, where the file is there already, not at all: whoever came first has decided.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(fresh), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } finally {
      rmSync(draft);
    }
    return fresh;
  } catch (error) {
    if (!existsSync(file)) throw refuseFolder(dataDir, error);
  }
  const read = form.safeParse(parse(file));
  if (read.success) return read.data;
  throw new Failure(`${file} cannot be read as our secrets: restore it, or set SECRET and move the file away.`);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function refuseFolder(dataDir: string, cause: unknown): Failure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    const sentence = `${dataDir} is not a folder; move that file away or set DATA_DIR to a folder.`;
    return new Failure(sentence, { cause });
  }
  return new Failure(`${dataDir} cannot be written to (${code}); set DATA_DIR to a folder of yours.`, { cause });
}
