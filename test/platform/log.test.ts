import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = `
import { createLog } from './src/platform/log.ts';
const log = createLog('info');
const cause = Object.assign(new Error('Key (address)=(mara@example.com) already exists'), { code: '23505', detail: 'mara@example.com' });
log.error({ err: new Error('GET /unsubscribe/abc.def.ghi for Mara <mara@example.com>', { cause }) }, 'it failed');
log.info({ address: 'mara@example.com', subscriber: { email: 'mara@example.com' }, token: 'abc' }, 'a subscriber');
`;

test('a log line names no address and no token, whatever an error says', () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const lines = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', process.execPath, ...args], { cwd, encoding: 'utf8' });
  expect(lines).toContain('it failed');
  expect(lines).toContain('23505');
  expect(lines).toContain('a subscriber');
  expect(lines).not.toMatch(/mara@|abc/);
});
