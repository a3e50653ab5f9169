import { sql } from 'kysely';
import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { hashAddress } from '../suppressions/address.ts';

/** Tells one installation from another without telling anything of it. */
export function installationMark(ctx: Context): string {
  return hashInstallation(ctx.pepper);
}

/** The same where there is the pepper alone. */
export function hashInstallation(pepper: Buffer): string {
  return hashAddress(pepper, 'installation').slice(0, 16);
}

/** `GET /healthz`: this process answers, and which installation it belongs to. */
export function showHealth(ctx: Context): Handler {
  return (c) => c.json({ service: 'weekly-verdicts', ok: true, installation: installationMark(ctx) });
}

/**
 * `GET /readyz`: 200 when pages can be served, `degraded` with the queue's trouble when jobs cannot be relied upon: pages,
 * unsubscribes and webhooks need the database alone, so nobody shall be turned away. 503 when the database does not answer.
 */
export function showReadiness(ctx: Context): Handler {
  return async (c) => {
    try {
      await sql`select 1`.execute(ctx.db);
    } catch {
      return c.json({ ok: false, state: 'down', database: 'does not answer' }, 503);
    }
    const trouble = await ctx.queue.findTrouble();
    if (trouble === undefined) return c.json({ ok: true, state: 'ready', database: 'ok', queue: 'ok' });
    return c.json({ ok: false, state: 'degraded', database: 'ok', queue: trouble.refused });
  };
}

const askMs = 2_000;

/** The mark of the installation served at an address; undefined when nobody or another program answers there. */
export async function readInstallationMark(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(askMs) });
    const body: unknown = await answer.json();
    const isOurs = typeof body === 'object' && body !== null && 'installation' in body;
    return isOurs && typeof body.installation === 'string' ? body.installation : undefined;
  } catch {
    return undefined;
  }
}
