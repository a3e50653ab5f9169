/** Why a call to the provider has no answer. */
export interface CallTrouble {
  /** No connection came about, so that not a byte of the call left us: it was certainly not taken. */
  isUnreached: boolean;
  /** For a person, with what to look at; without an address or a key. */
  sentence: string;
}

/** What the time-out, the network or TLS said, as a person reads it. What is not known to come before the connection does not count as unreached. */
export function describeCallTrouble(error: unknown, deadlineMs: number): CallTrouble {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return { isUnreached: false, sentence: `The provider had not answered whole after ${deadlineMs / 1000} s.` };
  }
  const faults = listFaults(error);
  const isUnreached = faults.length > 0 && faults.every(isBeforeConnection);
  const code = faults[0]?.code ?? 'no reason given';
  if (!isUnreached)
    return { isUnreached, sentence: `The connection to the provider broke before its answer (${code}).` };
  return { isUnreached, sentence: `${wordsFor(faults[0])} (${code}); nothing was handed over.` };
}

interface Fault {
  code: string;
  syscall: string | undefined;
}

/** The system's own words: those of the innermost cause, or of each address that was tried. */
function listFaults(error: unknown): Fault[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(listFaults);
  if (!(error instanceof Error)) return [];
  if ('code' in error && typeof error.code === 'string') {
    const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : undefined;
    return [{ code: error.code, syscall }];
  }
  return listFaults(error.cause);
}

/** Verification of a certificate ends the handshake, before any byte of a request. Source: Node docs, tls, X509 certificate error codes. */
const certificateCodes =
  /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_ALTNAME_INVALID$)/;

/** An errno alone does not tell: a connection that stands can end in EHOSTUNREACH or ETIMEDOUT too, by another system call. */
function isBeforeConnection({ code, syscall }: Fault): boolean {
  if (syscall !== undefined) return syscall === 'connect' || syscall === 'getaddrinfo';
  return code === 'UND_ERR_CONNECT_TIMEOUT' || certificateCodes.test(code);
}

function wordsFor(fault: Fault | undefined): string {
  if (fault?.syscall === 'getaddrinfo') return "The provider's name cannot be resolved: check DNS and RESEND_BASE_URL";
  if (fault !== undefined && certificateCodes.test(fault.code)) {
    return "The provider's certificate is not trusted: something may stand in between, or the clock is wrong";
  }
  return 'No connection to the provider comes about: check the network and RESEND_BASE_URL';
}
