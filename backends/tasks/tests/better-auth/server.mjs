// Better Auth as a frontend hosts it: e-mail and password, its JWT plugin, everything in memory.
// Prints its address, then lives until its standard input ends. Beside its own addresses:
// POST /rotate lets the present key expire; GET /page is a page of the frontend's kind.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
const page = readFileSync(new URL("page.html", import.meta.url));
let handler;

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (request.method === "POST" && path === "/rotate") {
    for (const key of tables.jwks) key.expiresAt = new Date(Date.now() - 1000);
    response.end();
  } else if (path === "/page") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page);
  } else {
    handler(request, response);
  }
});

server.listen(0, "127.0.0.1", () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL,
    secret: "only-for-tests-0123456789-0123456789",
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    plugins: [jwt()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  handler = toNodeHandler(auth);
  console.log(baseURL);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit());
