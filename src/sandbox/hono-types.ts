import type { HttpBindings } from '@hono/node-server';

/** The stand-in's handlers reach the socket through these; absent when a handler is called without a server. */
export interface SandboxBindings {
  Bindings: Partial<HttpBindings>;
}
