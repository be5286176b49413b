/// What this person prefers on this machine: time zone and the width of the navigation.
import { useLocalStorage } from "@mantine/hooks";
import { createContext, type ReactNode, useContext, useMemo } from "react";

interface Preferences {
  /** "local" follows the browser; anything else is an IANA name. */
  timeZone: string;
  navCollapsed: boolean;
}

interface PreferencesContext extends Preferences {
  zone: string | undefined;
  change: (change: Partial<Preferences>) => void;
}

const DEFAULTS: Preferences = { timeZone: "local", navCollapsed: false };
const Context = createContext<PreferencesContext>({ ...DEFAULTS, zone: undefined, change() {} });

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [stored, store] = useLocalStorage<Preferences>({
    key: "downbeat.preferences",
    defaultValue: DEFAULTS,
    getInitialValueInEffect: false,
  });
  const value = useMemo(
    () => ({
      ...DEFAULTS,
      ...stored,
      zone: stored.timeZone === "local" ? undefined : stored.timeZone,
      change: (change: Partial<Preferences>) => store((before) => ({ ...before, ...change })),
    }),
    [stored, store],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): PreferencesContext {
  return useContext(Context);
}
