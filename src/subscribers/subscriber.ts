/** Suppressed and paused are not states: they are facts beside it (see suppressions, `pausedUntil`). */
export type SubscriberState = 'pending' | 'active' | 'unsubscribed' | 'erased';
