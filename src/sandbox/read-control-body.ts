import type { Context } from 'hono';
import { z } from 'zod';

/** A control request's JSON by its schema; anything else is answered 400 with what is wrong where. */
export async function readControlBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema> | Response> {
  let content: unknown;
  try {
    content = JSON.parse(await c.req.text());
  } catch {
    return c.json({ error: 'The body must be JSON; GET /sandbox/api/_control shows how.' }, 400);
  }
  const parsed = schema.safeParse(content);
  return parsed.success ? parsed.data : c.json({ error: z.prettifyError(parsed.error) }, 400);
}
