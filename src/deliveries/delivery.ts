/** What we know of handing a delivery over. */
export type DeliveryState = 'waiting' | 'accepted' | 'excluded' | 'failed' | 'unknown';

/** What the provider later reported; moves forward only, by rank. */
export type Outcome = 'sent' | 'delayed' | 'delivered' | 'failed' | 'suppressed' | 'bounced' | 'complained';
