/// Addresses of one's own account.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { tenant } from "./roots";

const me = createRoute({
  getParentRoute: () => tenant,
  path: "/me",
  component: lazyRouteComponent(() => import("@/features/me/me-page"), "MePage"),
});

const mine = [
  createRoute({
    getParentRoute: () => me,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/me/profile"), "MyProfile"),
  }),
  createRoute({
    getParentRoute: () => me,
    path: "/tokens",
    component: lazyRouteComponent(() => import("@/features/me/my-tokens"), "MyTokens"),
  }),
  createRoute({
    getParentRoute: () => me,
    path: "/security",
    component: lazyRouteComponent(() => import("@/features/me/security"), "MySecurity"),
  }),
  createRoute({
    getParentRoute: () => me,
    path: "/sessions",
    component: lazyRouteComponent(() => import("@/features/me/my-sessions"), "MySessions"),
  }),
  createRoute({
    getParentRoute: () => me,
    path: "/preferences",
    component: lazyRouteComponent(() => import("@/features/me/my-preferences"), "MyPreferences"),
  }),
] as const;

export const myRoutes = me.addChildren([...mine]);
