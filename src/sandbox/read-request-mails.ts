import type { Answer } from './answer.ts';
import { errorAnswer } from './answer.ts';
import type { MailFault, RequestedMail } from './check-mail.ts';
import { checkMail, isMailFault } from './check-mail.ts';

/** Resend: 1 to 100 mails a batch (docs: send-batch-emails). */
export const batchMailCountLimit = 100;

/** What to refuse beside the rules: the fault `reject-item`. */
export interface ItemRefusal {
  contains: string;
  message?: string | undefined;
}

/** The mails of a request to take, and how its answer is made of their ids. */
export interface RequestMails {
  mails: RequestedMail[];
  answerWith(ids: string[]): unknown;
}

export interface MailsRequest {
  path: string;
  body: Buffer;
  /** The header `x-batch-validation`. */
  batchValidation: string | undefined;
  refuseItem: ItemRefusal | undefined;
}

/** Reads and checks a request's body: the mails to take, or the error to answer. Nothing is sent of a refused request. */
export function readRequestMails(request: MailsRequest): RequestMails | Answer {
  let content: unknown;
  try {
    content = JSON.parse(request.body.toString());
  } catch {
    return errorAnswer(400, 'validation_error', 'The request body is not valid JSON.');
  }
  if (request.path === '/emails') return readOne(content, request.refuseItem);
  const mode = request.batchValidation ?? 'strict';
  if (mode !== 'strict' && mode !== 'permissive') {
    return errorAnswer(422, 'invalid_parameter', 'The `x-batch-validation` header must be `strict` or `permissive`.');
  }
  if (!Array.isArray(content) || content.length < 1 || content.length > batchMailCountLimit) {
    return errorAnswer(400, 'validation_error', `The body must be an array of 1 to ${batchMailCountLimit} emails.`);
  }
  const checked = content.map((item) => checkItem(item, request.refuseItem));
  return mode === 'strict' ? readStrict(checked) : readPermissive(checked);
}

/** Whether reading ended in an error. */
export function isReadError(read: RequestMails | Answer): read is Answer {
  return 'status' in read;
}

type Checked = RequestedMail | MailFault;

function readOne(content: unknown, refuseItem: ItemRefusal | undefined): RequestMails | Answer {
  const mail = checkItem(content, refuseItem);
  if (isMailFault(mail)) return errorAnswer(mail.status, mail.name, mail.message);
  return { mails: [mail], answerWith: ([id]) => ({ id }) };
}

function readStrict(checked: Checked[]): RequestMails | Answer {
  const mails: RequestedMail[] = [];
  for (const [index, mail] of checked.entries()) {
    if (isMailFault(mail)) return errorAnswer(mail.status, mail.name, `${mail.message} (email at index ${index})`);
    mails.push(mail);
  }
  return { mails, answerWith: (ids) => ({ data: ids.map((id) => ({ id })) }) };
}

/** The ids stand in the order of the good mails; the index of a bad one is its place in the request. */
function readPermissive(checked: Checked[]): RequestMails {
  const errors = checked.flatMap((mail, index) => (isMailFault(mail) ? [{ index, message: mail.message }] : []));
  return {
    mails: checked.filter((mail): mail is RequestedMail => !isMailFault(mail)),
    answerWith: (ids) => ({ data: ids.map((id) => ({ id })), errors }),
  };
}

function checkItem(item: unknown, refuseItem: ItemRefusal | undefined): Checked {
  const checked = checkMail(item);
  if (refuseItem === undefined || !JSON.stringify(item).includes(refuseItem.contains)) return checked;
  const message = refuseItem.message ?? `The email contains \`${refuseItem.contains}\`.`;
  return { status: 422, name: 'invalid_parameter', message };
}
