import { addressOf } from './mail-address.ts';

/** What becomes of a mail to an address, as Resend's test addresses decide it. */
export type Fate = 'delivered' | 'bounced' | 'complained' | 'suppressed';

/**
 * The fate of a mail to this address.
 * - resend.dev, as at the provider (send-test-emails): `delivered@`, `bounced@` and `complained@`, each also with a `+label`, and
 *   `suppressed@` without one.
 * - example.com, for sample readers: the local part begins with `bounced` or `complained` (`bounced+3@`, `complained.mara@`), or
 *   carries one of them as its label (`mara+bounced@`).
 * - Every other address is delivered. No case matters.
 */
export function fateOf(recipient: string): Fate {
  const [local = '', domain = ''] = addressOf(recipient).toLowerCase().split('@');
  if (domain === 'resend.dev') {
    if (local === 'suppressed') return 'suppressed';
    const name = local.split('+')[0];
    return name === 'bounced' || name === 'complained' ? name : 'delivered';
  }
  if (domain !== 'example.com') return 'delivered';
  const label = local.split('+')[1];
  if (local.startsWith('bounced') || label === 'bounced') return 'bounced';
  if (local.startsWith('complained') || label === 'complained') return 'complained';
  return 'delivered';
}
