/// What this person prefers on this machine: theme and time zone.
import { SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { usePreferences } from "@/lib/preferences";
import { absoluteTime } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { Card } from "@/ui/card";
import classes from "./me.module.css";
import { zoneChoices } from "./zones";

export function MyPreferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { timeZone, zone, change } = usePreferences();
  const now = useNow(1000);
  return (
    <div className={classes.narrow}>
      <Card title="Theme">
        <SegmentedControl
          size="xs"
          aria-label="Theme"
          value={colorScheme}
          data={[
            { value: "auto", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
        />
      </Card>
      <Card title="Time zone">
        <div className={classes.form}>
          <Select
            label="Show times in"
            searchable
            value={timeZone}
            allowDeselect={false}
            data={zoneChoices(Intl.DateTimeFormat().resolvedOptions().timeZone)}
            onChange={(next) => next && change({ timeZone: next })}
            nothingFoundMessage="No zone is called so"
            maxDropdownHeight={300}
          />
          <p className={`${classes.note} numeric`}>It is {absoluteTime(now, zone)}.</p>
        </div>
      </Card>
    </div>
  );
}
