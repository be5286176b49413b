/// What everybody is told at the top of each page, by a tenant's admins or by the instance's operators.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export type AnnouncementKind = "INFO" | "WARNING" | "ERROR";

export interface AnnouncementWish {
  message: string;
  type: AnnouncementKind;
  dismissible: boolean;
  startDate: string | null;
  endDate: string | null;
}

export interface Announcement extends AnnouncementWish {
  id: string;
  /** Null: the whole instance is told. */
  tenantId: string | null;
  active: boolean;
  by: string;
}

function address(tenant: string | undefined, ...parts: string[]): string {
  if (tenant) return tenantPath(tenant, "banners", ...parts);
  return ["/api/v1/banners", ...parts.map(encodeURIComponent)].join("/");
}

export const announcementKeys = {
  told: (tenant: string) => [tenant, "announcements", "told"] as const,
  all: (tenant: string | undefined) => [tenant ?? "instance", "announcements", "all"] as const,
};

/** What one is told now. */
export function toldQuery(tenant: string) {
  return queryOptions({
    queryKey: announcementKeys.told(tenant),
    queryFn: ({ signal }) => request<Announcement[]>(address(tenant), { signal }),
    retry: false,
  });
}

/** All of a tenant, or (undefined) of the instance. */
export function announcementsQuery(tenant: string | undefined) {
  return queryOptions({
    queryKey: announcementKeys.all(tenant),
    queryFn: async ({ signal }) => {
      const results = await request<Announcement[]>(address(tenant, "search"), { signal });
      return { results, total: results.length };
    },
  });
}

/** Publishes one, or says one anew. */
export function announce(
  tenant: string | undefined,
  wish: AnnouncementWish,
  id?: string,
): Promise<Announcement> {
  return id
    ? request(address(tenant, id), { method: "PUT", json: wish })
    : request(address(tenant), { method: "POST", json: wish });
}

export function withdraw(tenant: string | undefined, id: string): Promise<unknown> {
  return request(address(tenant, id), { method: "DELETE" });
}
