/** Why an address is never to be mailed. */
export type SuppressionReason = 'bounced' | 'complained' | 'provider' | 'manual';
