/// What the palette offers for what was typed.
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconPlayerPlay, IconPlus, IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/api/access";
import { executionDetailQuery, executionsQuery } from "@/api/executions";
import { flowsQuery } from "@/api/flows";
import type { Execution } from "@/api/types";
import { StateIcon } from "@/ui/state";
import { PLACES } from "./places";

export interface Command {
  key: string;
  group: "Actions" | "Flows" | "Executions";
  icon: ReactNode;
  title: string;
  hint?: string;
  run: () => void;
}

// These have keys of their own to show.
const LISTED: ReadonlySet<string> = new Set(["/$tenant/flows", "/$tenant/executions"]);
const LOOKS_LIKE_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9A-Za-z]{20,22}$/;

/** `asked` lags behind `typed` so that the server is not asked at every key. */
export function useCommands(tenant: string, asked: string, typed: string): Command[] {
  const flows = useFlowCommands(tenant, asked, typed);
  const executions = useExecutionCommands(tenant, asked);
  const actions = useActions(tenant).filter((action) =>
    action.title.toLowerCase().includes(typed.toLowerCase()),
  );
  return typed ? [...flows, ...executions, ...actions] : [...actions, ...flows, ...executions];
}

function useActions(tenant: string): Command[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const may = useMay(tenant);
  const group = "Actions";
  return [
    {
      key: "new-flow",
      group,
      icon: <IconPlus size={16} />,
      title: "Write a new flow",
      hint: "g n",
      run: () => void navigate({ to: "/$tenant/flows/new", params: { tenant } }),
    },
    {
      key: "flows",
      group,
      icon: <IconSitemap size={16} />,
      title: "Go to flows",
      hint: "g f",
      run: () => void navigate({ to: "/$tenant/flows", params: { tenant } }),
    },
    {
      key: "executions",
      group,
      icon: <IconPlayerPlay size={16} />,
      title: "Go to executions",
      hint: "g e",
      run: () => void navigate({ to: "/$tenant/executions", params: { tenant } }),
    },
    ...PLACES.flatMap((one) => one.places)
      .filter((one) => !LISTED.has(one.to) && (!one.needs || may(one.needs)))
      .map(({ to, word, icon: Icon }) => ({
        key: to,
        group: group as Command["group"],
        icon: <Icon size={16} />,
        title: `Go to ${word.toLowerCase()}`,
        run: () => void navigate({ to, params: { tenant } }),
      })),
    {
      key: "failed",
      group,
      icon: <StateIcon state="FAILED" size={16} />,
      title: "Show failed executions of the last day",
      run: () =>
        void navigate({
          to: "/$tenant/executions",
          params: { tenant },
          search: { states: ["FAILED"], range: "PT24H" },
        }),
    },
    {
      key: "theme",
      group,
      icon: <IconMoon size={16} />,
      title: dark ? "Use the light theme" : "Use the dark theme",
      run: () => setColorScheme(dark ? "light" : "dark"),
    },
  ];
}

function useFlowCommands(tenant: string, q: string, typed: string): Command[] {
  const navigate = useNavigate();
  const { data } = useQuery(flowsQuery(tenant, { q: q || undefined, page: 1, size: 8 }));
  const wanted = typed.toLowerCase();
  // An answer to an earlier question is still on the screen: Enter must not open what no longer matches.
  const matching = (data?.results ?? []).filter((flow) =>
    `${flow.namespace}.${flow.id}`.toLowerCase().includes(wanted),
  );
  return matching.map((flow) => ({
    key: `flow:${flow.namespace}/${flow.id}`,
    group: "Flows",
    icon: <IconSitemap size={16} />,
    title: flow.id,
    hint: flow.namespace,
    run: () =>
      void navigate({
        to: "/$tenant/flows/$namespace/$flowId",
        params: { tenant, namespace: flow.namespace, flowId: flow.id },
      }),
  }));
}

function useExecutionCommands(tenant: string, q: string): Command[] {
  const navigate = useNavigate();
  const isId = LOOKS_LIKE_ID.test(q);
  const exact = useQuery({ ...executionDetailQuery(tenant, q), enabled: isId, retry: false });
  const recent = useQuery({ ...executionsQuery(tenant, { page: 1, size: 5 }), enabled: !q });
  const found: Execution[] = isId ? (exact.data ? [exact.data] : []) : (recent.data?.results ?? []);
  if (q && !isId) return [];
  return found.map((execution) => ({
    key: `execution:${execution.id}`,
    group: "Executions",
    icon: <StateIcon state={execution.state.current} size={16} />,
    title: execution.flowId,
    hint: execution.id,
    run: () =>
      void navigate({
        to: "/$tenant/executions/$executionId",
        params: { tenant, executionId: execution.id },
      }),
  }));
}
