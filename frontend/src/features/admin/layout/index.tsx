/// The frame of administration: its pages beside the page that is open.
import { NativeSelect } from "@mantine/core";
import { Link, Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import classes from "./layout.module.css";
import { type SectionGroup, sectionsFor } from "./sections";

export function AdminLayout() {
  const { tenant } = useParams({ from: "/$tenant/admin" });
  const groups = sectionsFor(useRights(tenant));
  return (
    <div className={classes.frame}>
      <nav className={classes.nav} aria-label="Administration">
        {groups.map((group) => (
          <section key={group.label} aria-label={group.label}>
            <h2>{group.label}</h2>
            {group.sections.map((section) => (
              <Link key={section.to} to={section.to} params={{ tenant }} className={classes.link}>
                {section.label}
              </Link>
            ))}
          </section>
        ))}
      </nav>
      <div className={classes.page}>
        <Jump tenant={tenant} groups={groups} />
        <Outlet />
      </div>
    </div>
  );
}

/** The same choice on a small screen. */
function Jump({ tenant, groups }: { tenant: string; groups: readonly SectionGroup[] }) {
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname });
  const sections = groups.flatMap((group) => group.sections);
  const address = (to: string) => to.replace("$tenant", tenant);
  // With the slash: "audit" is no part of "audit-streams".
  const current = sections.find((section) => `${path}/`.startsWith(`${address(section.to)}/`));
  return (
    <div className={classes.jump}>
      <NativeSelect
        aria-label="Page of the administration"
        size="sm"
        value={current?.to ?? ""}
        onChange={(event) => {
          const next = sections.find((section) => section.to === event.currentTarget.value);
          if (next) void navigate({ to: next.to, params: { tenant }, search: {} });
        }}
      >
        {groups.map((group) => (
          <optgroup key={group.label} label={group.label}>
            {group.sections.map((section) => (
              <option key={section.to} value={section.to}>
                {section.label}
              </option>
            ))}
          </optgroup>
        ))}
      </NativeSelect>
    </div>
  );
}
