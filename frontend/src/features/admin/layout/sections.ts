/// The pages of administration, and what one needs to see each. Pure.
import type { Rights } from "@/api/rights";

interface Section {
  to:
    | "/$tenant/admin/users"
    | "/$tenant/admin/groups"
    | "/$tenant/admin/invitations"
    | "/$tenant/admin/service-accounts"
    | "/$tenant/admin/roles"
    | "/$tenant/admin/bindings"
    | "/$tenant/admin/access"
    | "/$tenant/admin/audit"
    | "/$tenant/admin/identity-providers"
    | "/$tenant/admin/directories"
    | "/$tenant/admin/trusted-issuers"
    | "/$tenant/admin/audit-streams"
    | "/$tenant/admin/settings"
    | "/$tenant/admin/policies"
    | "/$tenant/admin/approvals"
    | "/$tenant/admin/quotas"
    | "/$tenant/admin/switches"
    | "/$tenant/admin/announcements"
    | "/$tenant/admin/instance-announcements"
    | "/$tenant/admin/instance-policies"
    | "/$tenant/admin/workers"
    | "/$tenant/admin/tenants"
    | "/$tenant/admin/instance-workers"
    | "/$tenant/admin/instance-switches"
    | "/$tenant/admin/instance-people"
    | "/$tenant/admin/instance-audit"
    | "/$tenant/admin/instance-audit-streams"
    | "/$tenant/admin/health";
  label: string;
  needs: (rights: Rights) => boolean;
}

export interface SectionGroup {
  label: string;
  sections: readonly Section[];
}

const somewhere = (permission: string) => (rights: Rights) => rights.somewhere.has(permission);
const everywhere = (permission: string) => (rights: Rights) => rights.everywhere.has(permission);
const instance = (rights: Rights) => rights.instance;

const ALL: readonly SectionGroup[] = [
  {
    label: "People",
    sections: [
      { to: "/$tenant/admin/users", label: "Users", needs: somewhere("user.view") },
      { to: "/$tenant/admin/invitations", label: "Invitations", needs: somewhere("user.view") },
      { to: "/$tenant/admin/groups", label: "Groups", needs: somewhere("group.view") },
      {
        to: "/$tenant/admin/service-accounts",
        label: "Service accounts",
        needs: somewhere("serviceaccount.view"),
      },
    ],
  },
  {
    label: "Rights",
    sections: [
      { to: "/$tenant/admin/roles", label: "Roles", needs: somewhere("role.view") },
      { to: "/$tenant/admin/bindings", label: "Bindings", needs: somewhere("binding.view") },
      // These two tell of every namespace, so a right on one of them is not enough.
      { to: "/$tenant/admin/access", label: "Access explorer", needs: everywhere("binding.view") },
      { to: "/$tenant/admin/audit", label: "Audit", needs: everywhere("audit.view") },
      {
        to: "/$tenant/admin/audit-streams",
        label: "Audit streams",
        needs: everywhere("audit.view"),
      },
    ],
  },
  {
    label: "Sign-in",
    sections: [
      {
        to: "/$tenant/admin/identity-providers",
        label: "Identity providers",
        needs: somewhere("identityprovider.view"),
      },
      { to: "/$tenant/admin/directories", label: "Directories", needs: everywhere("user.edit") },
      {
        to: "/$tenant/admin/trusted-issuers",
        label: "Trusted issuers",
        needs: everywhere("serviceaccount.view"),
      },
    ],
  },
  {
    label: "Running",
    sections: [
      { to: "/$tenant/admin/policies", label: "Policies", needs: somewhere("policy.edit") },
      { to: "/$tenant/admin/approvals", label: "Approvals", needs: somewhere("policy.approve") },
      { to: "/$tenant/admin/quotas", label: "Quotas", needs: somewhere("quota.view") },
      { to: "/$tenant/admin/switches", label: "Stops", needs: somewhere("quota.view") },
      {
        to: "/$tenant/admin/announcements",
        label: "Announcements",
        needs: everywhere("tenant.edit"),
      },
      { to: "/$tenant/admin/workers", label: "Worker groups", needs: everywhere("tenant.edit") },
      { to: "/$tenant/admin/settings", label: "Tenant settings", needs: everywhere("tenant.edit") },
    ],
  },
  {
    label: "Instance",
    sections: [
      { to: "/$tenant/admin/tenants", label: "Tenants", needs: instance },
      { to: "/$tenant/admin/instance-people", label: "People", needs: instance },
      { to: "/$tenant/admin/instance-workers", label: "All workers", needs: instance },
      {
        to: "/$tenant/admin/instance-switches",
        label: "Maintenance and stops",
        needs: instance,
      },
      { to: "/$tenant/admin/instance-policies", label: "Instance policies", needs: instance },
      {
        to: "/$tenant/admin/instance-announcements",
        label: "Instance announcements",
        needs: instance,
      },
      { to: "/$tenant/admin/instance-audit", label: "Instance audit", needs: instance },
      {
        to: "/$tenant/admin/instance-audit-streams",
        label: "Instance audit streams",
        needs: instance,
      },
      { to: "/$tenant/admin/health", label: "Health", needs: instance },
    ],
  },
];

/** The groups with the pages that these rights open; a group without pages is left out. */
export function sectionsFor(rights: Rights): SectionGroup[] {
  return ALL.map((group) => ({
    ...group,
    sections: group.sections.filter((section) => section.needs(rights)),
  })).filter((group) => group.sections.length > 0);
}
