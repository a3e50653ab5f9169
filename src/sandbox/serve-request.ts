import type { Context } from 'hono';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Answer } from './answer.ts';
import { errorAnswer, errorNameOf } from './answer.ts';
import { isFaultReleased, takeFault } from './fault-queries.ts';
import { faultPauseLimitMs } from './fault-rule.ts';
import { giveReply } from './give-reply.ts';
import type { SandboxBindings } from './hono-types.ts';
import type { Reply, Stage, WorkOptions } from './play-fault.ts';
import { playFault } from './play-fault.ts';
import { countRequest, rateHeaders, refuseOverLimit } from './rate-limit.ts';
import type { ProviderRequest } from './requests.ts';
import { insertRequest, readRequest, updateRequestEnded } from './requests.ts';
import type { SendTools, Worked } from './send-mails.ts';

/** How often a held request looks whether it was released. */
const releasePollMs = 40;

/** What the provider's endpoints need. */
export interface ApiTools extends SendTools {
  clock: Clock;
  log: Log;
  stopped: AbortSignal;
  /** Called after each acceptance, so that webhooks go out without waiting for the next look. */
  onAccepted: () => void;
}

/** Does what one request asks for. */
export type Work = (request: ProviderRequest & { requestId: number }, options: WorkOptions) => Promise<Worked>;

/** One request from its log line to its answer: key, rate limit, fault, work, in this order. */
export async function serveRequest(c: Context<SandboxBindings>, tools: ApiTools, work: Work): Promise<Response> {
  const { db, now } = tools;
  const request = await readRequest(c);
  const requestId = await insertRequest(db, request, now());
  const counted = await countRequest(db, now());
  const refused = refuseApiKey(request.apiKey) ?? refuseOverLimit(counted);
  const fault = refused === undefined ? await takeFault(db, request) : undefined;
  let worked: Worked | undefined;
  const workOnce = async (options: WorkOptions = {}): Promise<Answer> => {
    worked = await work({ ...request, requestId }, options);
    if (worked.outcome === 'accepted') tools.onAccepted();
    return worked.answer;
  };
  const stage = { ...createStage(tools, fault?.id ?? 0), work: workOnce };
  const played: Reply =
    fault === undefined
      ? { kind: 'answer', answer: refused ?? (await workOnce()) }
      : await playFault(fault.action, stage);
  const reply = withRateHeaders(played, rateHeaders(counted));
  const answer = 'answer' in reply ? reply.answer : undefined;
  await updateRequestEnded(db, requestId, {
    status: answer?.status ?? null,
    errorName: answer === undefined ? null : errorNameOf(answer),
    fault: fault?.action.kind ?? null,
    finishedAt: now(),
    outcome: worked?.outcome ?? (fault === undefined ? 'refused' : 'faulted'),
  });
  return giveReply(c, reply, tools);
}

function createStage(tools: ApiTools, faultId: number): Omit<Stage, 'work'> {
  return {
    sleep: (ms) => pause(tools, ms),
    async release() {
      const endsAt = Date.now() + faultPauseLimitMs;
      while (Date.now() < endsAt && !(await isFaultReleased(tools.db, faultId))) await pause(tools, releasePollMs);
    },
  };
}

/** Fails when the sandbox stops meanwhile, so that nothing is accepted on the way out. */
async function pause({ clock, stopped }: ApiTools, ms: number): Promise<void> {
  await clock.sleep(ms, stopped);
  if (stopped.aborted) throw new Error('the sandbox stopped while it held a request back');
}

/** Any key that looks like one of Resend's is good here; a rule with `match.apiKey` revokes one. */
function refuseApiKey(apiKey: string): Answer | undefined {
  if (apiKey === '') return errorAnswer(401, 'missing_api_key', 'Missing API Key');
  return apiKey.startsWith('re_') ? undefined : errorAnswer(403, 'invalid_api_key', 'API key is invalid');
}

function withRateHeaders(reply: Reply, headers: Record<string, string>): Reply {
  if (!('answer' in reply)) return reply;
  return { ...reply, answer: { ...reply.answer, headers: { ...headers, ...reply.answer.headers } } };
}
