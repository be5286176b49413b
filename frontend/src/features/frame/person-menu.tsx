/// Who is signed in, the time zone, and the way out.
import { Menu, UnstyledButton } from "@mantine/core";
import { IconCheck, IconLogout, IconUser, IconWorld } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { displayName, meQuery, signOut } from "@/api/session";
import { usePreferences } from "@/lib/preferences";
import { tellProblem } from "@/ui/toast";
import classes from "./frame.module.css";

const ZONES: readonly (readonly [string, string])[] = [
  ["local", `This browser (${Intl.DateTimeFormat().resolvedOptions().timeZone})`],
  ["UTC", "UTC"],
  ["Europe/London", "London"],
  ["Europe/Berlin", "Berlin"],
  ["America/New_York", "New York"],
  ["America/Los_Angeles", "Los Angeles"],
  ["Asia/Kolkata", "Kolkata"],
  ["Asia/Tokyo", "Tokyo"],
  ["Australia/Sydney", "Sydney"],
];

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words[1]?.[0] ?? "")).toUpperCase();
}

async function leave() {
  try {
    await signOut();
    window.location.assign("/ui/login");
  } catch (error) {
    tellProblem(error);
  }
}

export function PersonMenu({ tenant }: { tenant: string }) {
  const { data: me } = useQuery(meQuery);
  const { timeZone, change } = usePreferences();
  if (!me) return null;
  const name = displayName(me);
  return (
    <Menu width={250}>
      <Menu.Target>
        <UnstyledButton className={classes.person} aria-label={`${name}: account and time zone`}>
          {initials(name)}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.personName}>
          <strong>{name}</strong>
          {name !== me.email && <span>{me.email}</span>}
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUser size={14} />}
          renderRoot={(props) => <Link to="/$tenant/me" params={{ tenant }} {...props} />}
        >
          My account
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Time zone</Menu.Label>
        {ZONES.map(([zone, label]) => (
          <Menu.Item
            key={zone}
            leftSection={zone === timeZone ? <IconCheck size={14} /> : <IconWorld size={14} />}
            aria-current={zone === timeZone}
            onClick={() => change({ timeZone: zone })}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
