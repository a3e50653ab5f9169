import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';

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

function readLocalSecrets(dataDir: string): z.infer<typeof form> {
  const file = join(dataDir, 'secrets.json');
  const fresh = {
    secret: randomBytes(32).toString('hex'),
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  };
  mkdirSync(dataDir, { recursive: true });
  try {
    // Fails where the file is there already: whoever came first has decided.
    writeFileSync(file, JSON.stringify(fresh), { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  const read = form.safeParse(parse(readFileSync(file, 'utf8')));
  if (!read.success)
    throw new Error(`${file} is not readable as our secrets: restore it, or set SECRET and remove the file`);
  return read.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
