/// What a task or trigger type is drawn with: the icon of its plug-in, or one for its family.
import {
  IconBolt,
  IconBox,
  IconBrandPython,
  IconCalendarClock,
  IconDatabase,
  IconFileText,
  IconFolder,
  IconGitBranch,
  IconKey,
  IconPlayerPlay,
  IconTerminal2,
  IconWebhook,
  IconWorld,
} from "@tabler/icons-react";
import classes from "./plugin-icon.module.css";

const FAMILIES: readonly (readonly [RegExp, typeof IconBox])[] = [
  [/python/i, IconBrandPython],
  [/shell|scripts/i, IconTerminal2],
  [/jdbc|duckdb|postgres|sql/i, IconDatabase],
  [/http/i, IconWorld],
  [/\.Schedule$/, IconCalendarClock],
  [/\.Webhook$/, IconWebhook],
  [/\.trigger\.|Trigger$|condition/, IconBolt],
  [/\.flow\./, IconGitBranch],
  [/\.kv\.|\.state\./, IconKey],
  [/fs\.|storage|namespace/, IconFolder],
  [/execution/, IconPlayerPlay],
  [/log|debug|output/, IconFileText],
];

export interface PluginIconProps {
  type: string;
  /** SVG in base64, drawn as a picture: what is inside it cannot run. */
  icon?: string;
  size?: number;
}

export function PluginIcon({ type, icon, size = 20 }: PluginIconProps) {
  const Family = FAMILIES.find(([pattern]) => pattern.test(type))?.[1] ?? IconBox;
  return (
    <span className={classes.icon} style={{ width: size + 12, height: size + 12 }} aria-hidden>
      {icon ? (
        <img src={`data:image/svg+xml;base64,${icon}`} alt="" width={size} height={size} />
      ) : (
        <Family size={size} />
      )}
    </span>
  );
}
