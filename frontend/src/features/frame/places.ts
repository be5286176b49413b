/// Where the navigation leads. A place that needs a right is absent for those who have it nowhere.
import {
  IconBolt,
  IconFolders,
  IconHome,
  IconListSearch,
  IconPlayerPlay,
  IconPuzzle,
  IconSitemap,
  IconTemplate,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  word: string;
  icon: typeof IconHome;
  /** What one must be allowed to do somewhere to see it. */
  needs?: string;
  /** Whether it keeps the namespace that is chosen. */
  scoped?: boolean;
  exact?: boolean;
}

export interface PlaceGroup {
  title: string;
  places: readonly Place[];
}

export const PLACES: readonly PlaceGroup[] = [
  {
    title: "",
    places: [
      { to: "/$tenant", word: "Home", icon: IconHome, scoped: true, exact: true },
      { to: "/$tenant/flows", word: "Flows", icon: IconSitemap, scoped: true },
      { to: "/$tenant/executions", word: "Executions", icon: IconPlayerPlay, scoped: true },
      {
        to: "/$tenant/triggers",
        word: "Triggers",
        icon: IconBolt,
        needs: "trigger.view",
        scoped: true,
      },
      {
        to: "/$tenant/logs",
        word: "Logs",
        icon: IconListSearch,
        needs: "log.view",
        scoped: true,
      },
      { to: "/$tenant/namespaces", word: "Namespaces", icon: IconFolders },
    ],
  },
  {
    title: "Build",
    places: [
      { to: "/$tenant/blueprints", word: "Blueprints", icon: IconTemplate },
      { to: "/$tenant/plugins", word: "Plug-ins", icon: IconPuzzle },
    ],
  },
];
