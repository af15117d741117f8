// A static server on loopback, as strict as a careful host: the site stands under a path with a space in it, and
// a policy forbids everything but its own style sheet and script.

import { createServer } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const BASE = "/some/sub path/";

const POLICY = [
  "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".json": "application/json", ".csv": "text/csv; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
  ".md": "text/markdown; charset=utf-8",
};

/** Serves the folder until closed; `home` is its address. */
export const serve = async (site) => {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    let file = path.startsWith(BASE) ? join(site, normalize(`/${path.slice(BASE.length)}`)) : undefined;
    try {
      if (file !== undefined && (await stat(file)).isDirectory()) file = join(file, "index.html");
      const content = await readFile(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => { server.listen(0, "127.0.0.1", ready); });
  return {
    home: `http://127.0.0.1:${server.address().port}${encodeURI(BASE)}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => { server.close(done); });
    },
  };
};
