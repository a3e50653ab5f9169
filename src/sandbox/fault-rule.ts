import { z } from 'zod';

/** How many rules may stand at a time. */
export const faultRuleCountLimit = 100;
/** A delay or a byte's pause is at most ten minutes, so that a forgotten rule ends by itself. */
export const faultPauseLimitMs = 600_000;

const pauseMs = z.number().int().min(1).max(faultPauseLimitMs);
const matching = z.strictObject({
  /** `/emails`, `/emails/batch` or `/emails/<id>`; without it every path. */
  path: z.string().startsWith('/').optional(),
  /** Reading is left alone unless asked for: the product may look at any time what was sent. */
  method: z.enum(['GET', 'POST']).default('POST'),
  keyPrefix: z.string().min(1).optional(),
  bodyContains: z.string().min(1).optional(),
  /** The whole bearer key: with `status` 401 or 403 and `times: "always"` that key is revoked. */
  apiKey: z.string().min(1).optional(),
  /** Let so many matching requests pass first: `skip: 1` plays the fault on the second. */
  skip: z.number().int().min(0).default(0),
  /** Play it on so many requests. */
  times: z.union([z.number().int().min(1), z.literal('always')]).default(1),
});

const action = z.discriminatedUnion('kind', [
  /** Answer so, by default without accepting; `accept: true` accepts first (a proxy that lost the answer). */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(200).max(599),
    name: z.string().optional(),
    message: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    /** Sent as it is, instead of the provider's JSON; a page of HTML for example. */
    body: z.string().optional(),
    accept: z.boolean().default(false),
  }),
  /** Never accept, never answer. */
  z.strictObject({ kind: z.literal('timeout-before') }),
  /** Accept, never answer. */
  z.strictObject({ kind: z.literal('timeout-after') }),
  /** Cut the connection, nothing accepted. */
  z.strictObject({ kind: z.literal('reset-before') }),
  /** Accept, then cut the connection before any byte of the answer. */
  z.strictObject({ kind: z.literal('reset-after') }),
  /** Accept, send the headers and half of the body, then cut the connection. */
  z.strictObject({ kind: z.literal('reset-after-headers') }),
  /** Accept, answer 200 with half of the JSON as if it were whole. */
  z.strictObject({ kind: z.literal('truncated') }),
  /** Accept, answer 200 with a page of HTML. */
  z.strictObject({ kind: z.literal('html-200') }),
  /** Accept, answer 200 with one id too many, one too few, or the first id twice. */
  z.strictObject({ kind: z.literal('wrong-count'), ids: z.enum(['more', 'fewer', 'duplicate']) }),
  /** Accept, then one byte of the body each `everyMs`. */
  z.strictObject({ kind: z.literal('slow'), everyMs: pauseMs.default(1000) }),
  /** Accept, answer once `POST _control/release` is called. */
  z.strictObject({ kind: z.literal('hold') }),
  /** Wait for the release before accepting: meanwhile the same key is answered 409 `concurrent_idempotent_requests`. */
  z.strictObject({ kind: z.literal('hold-before') }),
  /** Wait, then go on as usual; the request counts as running meanwhile. */
  z.strictObject({ kind: z.literal('delay'), ms: pauseMs }),
  /** Refuse each mail whose JSON contains this: strict refuses the batch (422), permissive that mail. */
  z.strictObject({ kind: z.literal('reject-item'), contains: z.string().min(1), message: z.string().optional() }),
]);

/** One fault on demand: which requests, and what to do to them. The first rule that fires is played. */
export const faultRuleSchema = z.strictObject({ match: matching.prefault({}), action });

export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultAction = FaultRule['action'];

/** What a rule looks at. */
export interface FaultTarget {
  method: string;
  path: string;
  idempotencyKey: string | undefined;
  apiKey: string;
  body: Buffer;
}

/** Whether a rule speaks of this request; how often it has done so is not looked at. */
export function isFaultFor(match: FaultRule['match'], target: FaultTarget): boolean {
  if (match.path !== undefined && match.path !== target.path) return false;
  if (match.method !== target.method) return false;
  if (match.keyPrefix !== undefined && !target.idempotencyKey?.startsWith(match.keyPrefix)) return false;
  if (match.apiKey !== undefined && match.apiKey !== target.apiKey) return false;
  return match.bodyContains === undefined || target.body.includes(match.bodyContains);
}

/** Whether a rule is played on its n-th matching request; n begins at 1. */
export function isFaultPlayed(match: FaultRule['match'], pass: number): boolean {
  if (pass <= match.skip) return false;
  return match.times === 'always' || pass <= match.skip + match.times;
}
