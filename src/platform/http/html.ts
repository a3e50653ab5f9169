import type { Context as HttpContext } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

/** Answers with a page rendered on the server; the element is the whole document, from `<html>` on. */
export function html(c: HttpContext, page: ReactElement, status: ContentfulStatusCode = 200): Response {
  return c.html(`<!doctype html>${renderToStaticMarkup(page)}`, status);
}
