import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Signs and verifies short payloads under a ring of secrets: the first signs, all verify. */
export interface KeyRing {
  signingKeyId: string;
  keyIds: string[];
  /** `<key id>.<payload>.<mac>`, url-safe; throws when the key id is not in the ring. */
  sign(purpose: string, payload: Buffer, keyId?: string): string;
  /** The payload, or undefined for anything not signed by a key of the ring for this purpose. */
  verify(purpose: string, token: string): Buffer | undefined;
}

const macBytes = 20;
const tokenLengthLimit = 300;

/** A key ring with one key a purpose (HKDF, RFC 5869), so that a token for one never serves another. */
export function createKeyRing(secrets: readonly string[]): KeyRing {
  const keys = new Map(secrets.map((secret) => [keyIdOf(secret), secret]));
  const signingKeyId = [...keys.keys()][0];
  if (signingKeyId === undefined) throw new Error('a key ring needs at least one secret');
  const purposeKeys = new Map<string, Buffer>();
  const mac = (keyId: string, purpose: string, payload: Buffer): Buffer | undefined => {
    const secret = keys.get(keyId);
    if (secret === undefined) return undefined;
    const name = `${keyId}/${purpose}`;
    const key = purposeKeys.get(name) ?? Buffer.from(hkdfSync('sha256', secret, 'weekly-verdicts', purpose, 32));
    purposeKeys.set(name, key);
    return createHmac('sha256', key).update(payload).digest().subarray(0, macBytes);
  };
  return {
    signingKeyId,
    keyIds: [...keys.keys()],
    sign(purpose, payload, keyId = signingKeyId) {
      const code = mac(keyId, purpose, payload);
      if (code === undefined) throw new Error(`no key ${keyId} in SECRET`);
      return `${keyId}.${payload.toString('base64url')}.${code.toString('base64url')}`;
    },
    verify(purpose, token) {
      if (token.length > tokenLengthLimit) return undefined;
      const [keyId = '', body = '', code = '', ...rest] = token.split('.');
      const payload = readBase64Url(body);
      const given = readBase64Url(code);
      if (rest.length > 0 || payload === undefined || given?.length !== macBytes) return undefined;
      const expected = mac(keyId, purpose, payload);
      return expected !== undefined && timingSafeEqual(expected, given) ? payload : undefined;
    },
  };
}

/** The one spelling of some bytes: Node's decoder overlooks foreign characters and left-over bits. */
function readBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Names a secret without telling it. */
function keyIdOf(secret: string): string {
  return createHash('sha256').update(`key-id:${secret}`).digest('hex').slice(0, 8);
}
