import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Answer } from './answer.ts';
import { errorAnswer } from './answer.ts';
import { readDomainList } from './domains.ts';
import type { SandboxBindings } from './hono-types.ts';
import { readMail, readMailList } from './read-mails.ts';
import { bodyLengthLimit } from './requests.ts';
import type { Worked } from './send-mails.ts';
import { sendMails } from './send-mails.ts';
import type { ApiTools, Work } from './serve-request.ts';
import { serveRequest } from './serve-request.ts';

/** Resend's endpoints as the product uses them, spoken to over HTTP. */
export function createProviderApi(tools: ApiTools): Hono<SandboxBindings> {
  const api = new Hono<SandboxBindings>();
  const { db, now } = tools;
  api.use('/emails/*', bodyLimit({ maxSize: bodyLengthLimit, onError: tooLong }));
  const send: Work = (request, options) => sendMails(tools, request, options);
  api.post('/emails', (c) => serveRequest(c, tools, send));
  api.post('/emails/batch', (c) => serveRequest(c, tools, send));
  api.get('/emails', (c) =>
    serveRequest(
      c,
      tools,
      withWait(() => readMailList(db, c.req.query(), now())),
    ),
  );
  api.get('/emails/:id', (c) =>
    serveRequest(
      c,
      tools,
      withWait(() => readMail(db, c.req.param('id'), now())),
    ),
  );
  api.get('/domains', (c) =>
    serveRequest(
      c,
      tools,
      withWait(() => readDomainList(db, c.req.query())),
    ),
  );
  for (const path of ['/emails', '/emails/:id', '/domains']) api.all(path, wrongMethod);
  api.all('/*', () => toResponse(errorAnswer(404, 'not_found', 'The requested endpoint does not exist.')));
  api.onError((error) => {
    tools.log.error({ err: error }, 'the sandbox failed on a request');
    return toResponse(errorAnswer(500, 'application_error', 'The sandbox failed on this request; its log says why.'));
  });
  return api;
}

/** Reading has no side effect to hold back: a wait comes first, then the answer. */
function withWait(read: () => Promise<Worked>): Work {
  return async (_request, options) => {
    await options.before?.();
    return read();
  };
}

function tooLong(): Response {
  return toResponse(errorAnswer(413, 'validation_error', 'The request body is too large.'));
}

function wrongMethod(): Response {
  return toResponse(errorAnswer(405, 'method_not_allowed', 'Method is not allowed here.'));
}

function toResponse(answer: Answer): Response {
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}
