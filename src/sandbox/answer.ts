/** What the stand-in says to a caller: status, headers and the exact body. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The names of Resend's errors that the stand-in itself gives (docs: errors). */
export type ErrorName =
  | 'validation_error'
  | 'invalid_idempotency_key'
  | 'missing_required_field'
  | 'invalid_parameter'
  | 'invalid_attachment'
  | 'missing_api_key'
  | 'invalid_api_key'
  | 'not_found'
  | 'method_not_allowed'
  | 'concurrent_idempotent_requests'
  | 'invalid_idempotent_request'
  | 'rate_limit_exceeded'
  | 'application_error'
  | 'service_unavailable';

const namesByStatus: Record<number, ErrorName> = {
  400: 'validation_error',
  401: 'missing_api_key',
  403: 'invalid_api_key',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'concurrent_idempotent_requests',
  422: 'invalid_parameter',
  429: 'rate_limit_exceeded',
  503: 'service_unavailable',
};

/** The error name the provider would most likely give with a status. */
export function nameForStatus(status: number): ErrorName {
  return namesByStatus[status] ?? 'application_error';
}

/** A JSON answer. */
export function jsonAnswer(status: number, content: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(content) };
}

/** An error in the provider's form: `{statusCode, name, message}`. */
export function errorAnswer(status: number, name: string, message: string): Answer {
  return jsonAnswer(status, { statusCode: status, name, message });
}

/** Whether the request was taken. */
export function isAccepted(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** An answer's error name, for the log; null when it is no error in the provider's form. */
export function errorNameOf(answer: Answer): string | null {
  if (isAccepted(answer)) return null;
  return /"name":"(?<name>\w+)"/.exec(answer.body)?.groups?.['name'] ?? null;
}
