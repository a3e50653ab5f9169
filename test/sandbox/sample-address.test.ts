import { describe, expect, it } from 'vitest';
import { fateOf } from '../../src/sandbox/sample-address.ts';

describe('the fate of a mail is decided by its address', () => {
  it.each([
    ['delivered@resend.dev', 'delivered'],
    ['delivered+user1@resend.dev', 'delivered'],
    ['bounced@resend.dev', 'bounced'],
    ['bounced+user1@resend.dev', 'bounced'],
    ['Complained+Label@Resend.dev', 'complained'],
    ['suppressed@resend.dev', 'suppressed'],
    ['suppressed+label@resend.dev', 'delivered'],
    ['bounced+3@example.com', 'bounced'],
    ['bounced.ada@example.com', 'bounced'],
    ['mara+complained@example.com', 'complained'],
    ['Mara <mara+bounced@example.com>', 'bounced'],
    ['complained@example.com', 'complained'],
    ['mara.bounced@example.com', 'delivered'],
    ['suppressed@example.com', 'delivered'],
    ['bounced@example.org', 'delivered'],
    ['ada@example.com', 'delivered'],
  ])('%s is %s', (address, fate) => {
    expect(fateOf(address)).toBe(fate);
  });
});
