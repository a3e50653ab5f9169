import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/** The least a page or a webhook could do on the same server: one route, one line of text. */
const app = new Hono();
app.get('/', (c) => c.text('Hello.'));
app.post('/', async (c) => {
  await c.req.arrayBuffer();
  return c.body(null, 204);
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send?.({ port }));
process.on('disconnect', () => process.exit(0));
