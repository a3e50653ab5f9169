/** What stopped a fetch, as the rest of a sentence that begins with the address; with the mend where there is one. */
export function describeFetchFault(error: unknown, timeLimitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `was not there whole after ${timeLimitMs / 1000} seconds; try again later`;
  if (error instanceof Error && error.name === 'HTTPParserError') return 'did not answer as a web server does';
  const code = findCode(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA')
    return 'has a host nobody knows: check the address';
  if (code === 'ECONNREFUSED') return 'cannot be reached: nothing answers at that host and port';
  if (/TIMEDOUT|_TIMEOUT$/.test(code)) return 'cannot be reached: it does not answer';
  if (/^(E(HOST|NET)UNREACH|EADDRNOTAVAIL|EAFNOSUPPORT|EINVAL)$/.test(code))
    return 'cannot be reached from this machine';
  if (/CERT|SELF_SIGNED|^UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO$|^HOSTNAME_MISMATCH$/.test(code))
    return `is not fetched: its server does not prove with a valid certificate who it is (${code})`;
  if (/^Z_|^ERR_(_ERROR_|BROTLI|PADDING)|^ERR__/.test(code)) return 'came packed and cannot be unpacked';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'did not answer as a web server does';
  return `broke off${code === '' ? '' : ` (${code})`}; try again later`;
}

/** The system's or library's own word for it; of several addresses tried, the first one's. */
function findCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return findCode(error.errors[0]);
  return findCode(error.cause);
}
