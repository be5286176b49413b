/// What the mock server answers.
import { type MockAnswer, type MockRequest, ok, on, refuse, routes } from "./answers.ts";
import "./execution-routes.ts";
import "./flow-routes.ts";
import type { World } from "./world.ts";

let setupDone = true;
on("GET", "/api/v1/setup", () =>
  ok({ done: setupDone, passwordConfiguration: { passwordMinLength: 12 } }),
);
on("POST", "/api/v1/setup", () => {
  setupDone = true;
  return ok({});
});
on("GET", "/api/v1/configs/login", () =>
  ok({
    isBasicAuthInitialized: true,
    tenant: "main",
    providers: [
      {
        name: "directory",
        displayName: "Our directory",
        type: "OIDC",
        startUrl: "/api/v1/main/sso/directory/start",
        suggested: false,
      },
    ],
  }),
);
on("POST", "/login", (_, { body }) => {
  const { password } = JSON.parse(body) as { password: string };
  if (password === "wrong") return refuse(401, "The e-mail or the password is not right.");
  return { status: 200, json: {}, cookie: "session=mock" };
});
on("POST", "/logout", () => ({ status: 204, cookie: "session=; Max-Age=0" }));
on("GET", "/api/v1/configs", () => ok({ version: "0.1.0" }));
on("GET", "/api/v1/plugins", () =>
  ok([
    {
      name: "core",
      tasks: [
        "core.log.Log",
        "core.log.Fetch",
        "core.flow.If",
        "core.flow.ForEach",
        "core.flow.Parallel",
        "core.http.Request",
        "core.http.Download",
        "scripts.python.Script",
        "scripts.shell.Commands",
        "jdbc.duckdb.Query",
      ],
      triggers: ["core.trigger.Schedule", "core.trigger.Webhook"],
    },
  ]),
);
on("GET", "/api/v1/me", (_, { signedIn }) =>
  signedIn
    ? ok({
        id: "1",
        email: "ada@example.com",
        firstName: "Ada",
        lastName: "Byron",
        tenants: [
          { id: "main", name: "Main" },
          { id: "lab", name: "Research lab" },
        ],
      })
    : refuse(401, "Sign in first."),
);
on("GET", "T/namespaces/search", (world) => {
  const ids = [...new Set(["company", ...world.flows.map((flow) => flow.namespace)])].sort();
  return ok({ results: ids.map((id) => ({ id })), total: ids.length });
});
export function answer(world: World, request: MockRequest): MockAnswer {
  const open = /^\/(login|logout|api\/v1\/(setup|configs|me))$/.test(request.path);
  if (!open && !request.signedIn) return refuse(401, "Sign in first.");
  for (const [methods, pattern, handler] of routes) {
    const match = methods.split("|").includes(request.method) && pattern.exec(request.path);
    if (match) return handler(world, request, match.slice(1).map(decodeURIComponent));
  }
  return refuse(404, `The mock server has no ${request.method} ${request.path}.`);
}
