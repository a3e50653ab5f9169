import type { SandboxDb } from './tables.ts';

/** Sets the limit for every process from the next request on, in requests a second. */
export async function setRateLimit(db: SandboxDb, limit: number): Promise<void> {
  await setSetting(db, 'rateLimit', limit);
}

/** Holds all webhooks back, or lets them go. */
export async function setWebhooksPaused(db: SandboxDb, paused: boolean): Promise<void> {
  await setSetting(db, 'webhooksPaused', paused ? 1 : 0);
}

async function setSetting(db: SandboxDb, name: 'rateLimit' | 'webhooksPaused', value: number): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** Whether webhooks are held back. */
export async function areWebhooksPaused(db: SandboxDb): Promise<boolean> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', 'webhooksPaused').executeTakeFirst();
  return row?.value === 1;
}
