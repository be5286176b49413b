/// A stand-in for the server while developing the portal: `DOWNBEAT_MOCK=1 npm run dev`. Never bundled.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Plugin } from "vite";
import { type WebSocket, WebSocketServer } from "ws";
import type { MockRequest } from "./answers.ts";
import { answer } from "./routes.ts";
import { World } from "./world.ts";

type Server = {
  middlewares: {
    use: (handler: (req: IncomingMessage, res: ServerResponse, next: () => void) => void) => void;
  };
  httpServer: unknown;
};

async function read(request: IncomingMessage): Promise<MockRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://mock");
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    body: Buffer.concat(chunks).toString("utf8"),
    signedIn: /session=/.test(request.headers.cookie ?? ""),
  };
}

function serve(world: World) {
  return async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (!/^\/(api|login|logout)/.test(request.url ?? "")) return next();
    const { status, json, text, cookie } = answer(world, await read(request));
    response.statusCode = status;
    if (cookie !== undefined) response.setHeader("Set-Cookie", `${cookie}; Path=/; SameSite=Lax`);
    response.setHeader("Content-Type", text === undefined ? "application/json" : "text/plain");
    response.end(text ?? (json === undefined ? "" : JSON.stringify(json)));
  };
}

function stream(world: World, socket: WebSocket) {
  const sent = new Map<string, { seq: number; state: string }>();
  socket.on("message", (data) => {
    const { op, topic } = JSON.parse(String(data)) as { op: string; topic: string };
    if (op === "subscribe") sent.set(topic, { seq: 0, state: "" });
    else sent.delete(topic);
  });
  const timer = setInterval(() => {
    for (const [topic, last] of sent) {
      const state = world.fingerprint(topic);
      if (last.state === state) continue;
      sent.set(topic, { seq: last.seq + 1, state });
      const type = topic.startsWith("logs:") ? "logs.appended" : "execution.changed";
      socket.send(JSON.stringify({ topic, seq: last.seq + 1, type, data: {} }));
    }
  }, 150);
  socket.on("close", () => clearInterval(timer));
}

function attach(server: Server): void {
  const world = new World(Date.now());
  server.middlewares.use(serve(world));
  const sockets = new WebSocketServer({ noServer: true });
  const http = server.httpServer as {
    on: (
      event: "upgrade",
      handler: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
    ) => void;
  } | null;
  http?.on("upgrade", (request, socket, head) => {
    if (!request.url?.endsWith("/stream")) return;
    sockets.handleUpgrade(request, socket, head, (opened) => stream(world, opened));
  });
}

export function mockServer(): Plugin {
  return {
    name: "downbeat-mock-server",
    configureServer: (server) => attach(server as unknown as Server),
    configurePreviewServer: (server) => attach(server as unknown as Server),
  };
}
