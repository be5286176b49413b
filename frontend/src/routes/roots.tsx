/// The roots of all addresses: who is signed in, and which tenant a page is about.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { ApiProblem } from "@/api/client";
import { meQuery, setupQuery } from "@/api/session";
import { Shell } from "@/features/frame/shell";
import { NotFound } from "@/ui/not-found";
import { PageProblem } from "@/ui/page-problem";

interface Context {
  client: QueryClient;
}

export const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageProblem,
});

/** Whoever is not signed in goes to the login; on a fresh server, to the set-up. */
export async function requireMe(client: QueryClient, next: string) {
  try {
    return await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiProblem) || (error.status !== 401 && error.status !== 403))
      throw error;
    const setup = await client.fetchQuery(setupQuery).catch(() => ({ done: true }));
    if (!setup.done) throw redirect({ to: "/setup" });
    throw redirect({ to: "/login", search: next === "/" ? {} : { next } });
  }
}

export const tenant = createRoute({
  getParentRoute: () => root,
  path: "/$tenant",
  beforeLoad: ({ context, location }) =>
    requireMe(context.client, location.pathname + location.searchStr),
  component: Shell,
});
