/// The bar at the top: where one is, search, and one's own switches.
import { ActionIcon, Kbd, Tooltip } from "@mantine/core";
import { IconKeyboard, IconMenu2, IconSearch } from "@tabler/icons-react";
import classes from "./frame.module.css";
import { LiveMark } from "./live-mark";
import { PersonMenu } from "./person-menu";
import { NamespaceSwitch, TenantSwitch } from "./switches";
import { ThemeSwitch } from "./theme-switch";

interface HeaderProps {
  tenant: string;
  onMenu: () => void;
  onSearch: () => void;
  onKeys: () => void;
}

export function Header({ tenant, onMenu, onSearch, onKeys }: HeaderProps) {
  return (
    <header className={classes.header}>
      <ActionIcon className={classes.menu} aria-label="Open the navigation" onClick={onMenu}>
        <IconMenu2 size={18} />
      </ActionIcon>
      <div className={classes.where}>
        <TenantSwitch tenant={tenant} />
        <span className={classes.slash} aria-hidden>
          /
        </span>
        <NamespaceSwitch tenant={tenant} />
      </div>
      <button type="button" className={classes.search} onClick={onSearch} aria-label="Search">
        <IconSearch size={14} aria-hidden />
        <span>Search or jump to…</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </button>
      <div className={classes.switches}>
        <LiveMark />
        <Tooltip label="Keyboard">
          <ActionIcon className={classes.wideOnly} aria-label="Keyboard" onClick={onKeys}>
            <IconKeyboard size={17} />
          </ActionIcon>
        </Tooltip>
        <ThemeSwitch />
        <PersonMenu tenant={tenant} />
      </div>
    </header>
  );
}
