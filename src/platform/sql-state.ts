/** Postgres' five-character code of what went wrong, such as 40P01; undefined for other errors. Source: PostgreSQL docs, errcodes. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[\dA-Z]{5}$/.test(code) ? code : undefined;
}
