/// One flow: its head, its verbs, its tabs.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPlayerPlayFilled, IconPower, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type May, useMay } from "@/api/access";
import { ApiProblem } from "@/api/client";
import { deleteFlow, flowDetailQuery, flowKeys, labelsOf, switchFlows } from "@/api/flows";
import type { Flow } from "@/api/types";
import { useLiveQueries } from "@/api/use-live";
import { ExecuteDialog } from "@/features/flows/execute/lazy";
import { Confirm } from "@/ui/confirm";
import { Labels } from "@/ui/label-chip";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { TabBar, tabClass } from "@/ui/tabs";
import { tell, tellProblem } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import classes from "./flow-page.module.css";

const FLOW = "/$tenant/flows/$namespace/$flowId";
const TABS = [
  [FLOW, "Overview", "flow.view"],
  [`${FLOW}/edit`, "Edit", "flow.view"],
  [`${FLOW}/topology`, "Topology", "flow.view"],
  [`${FLOW}/executions`, "Executions", "execution.view"],
  [`${FLOW}/grid`, "Grid", "execution.view"],
  [`${FLOW}/revisions`, "Revisions", "flow.view"],
  [`${FLOW}/triggers`, "Triggers", "trigger.view"],
  [`${FLOW}/dependencies`, "Dependencies", "flow.view"],
  [`${FLOW}/logs`, "Logs", "log.view"],
  [`${FLOW}/metrics`, "Metrics", "metric.view"],
] as const;

export function FlowPage() {
  const params = useParams({ from: "/$tenant/flows/$namespace/$flowId" });
  const { tenant, namespace, flowId } = params;
  const [executing, execute] = useDisclosure(false);
  const flow = useQuery(flowDetailQuery(tenant, { namespace, id: flowId }));
  const may = useMay(tenant, namespace);
  const one = flowKeys.one(tenant, { namespace, id: flowId });
  // Whoever deletes the flow here leaves it anyway, and need not be told that it is gone.
  const [leaving, setLeaving] = useState(false);
  useLiveQueries(leaving ? [] : [`namespace:${namespace}`], [one], { type: "flow.changed" });
  useTitle(flowId);
  // A server that fails for a moment takes nobody's draft away; a flow that is gone is gone.
  if (flow.error && (!flow.data || isGone(flow.error))) {
    return (
      <div className={classes.problem}>
        <Problem error={flow.error} onRetry={() => void flow.refetch()} />
      </div>
    );
  }
  return (
    <div className={classes.page}>
      <PageHead
        title={flowId}
        beside={
          <span className={classes.beside}>
            <Link
              to="/$tenant/flows"
              params={{ tenant }}
              search={{ namespace }}
              className={classes.namespace}
            >
              {namespace}
            </Link>
            {flow.data && <span className={classes.revision}>revision {flow.data.revision}</span>}
            {flow.data?.disabled && <span className={classes.disabled}>Disabled</span>}
            <Labels labels={labelsOf(flow.data?.labels)} />
          </span>
        }
        actions={
          flow.data && (
            <>
              {!flow.data.disabled && may("execution.create") && (
                <Button leftSection={<IconPlayerPlayFilled size={14} />} onClick={execute.open}>
                  Execute
                </Button>
              )}
              <MoreMenu tenant={tenant} flow={flow.data} may={may} onLeaving={setLeaving} />
            </>
          )
        }
      />
      <TabBar label="Flow">
        {TABS.filter(([, , needs]) => may(needs)).map(([to, word]) => (
          <Link
            key={to}
            to={to}
            params={params}
            className={tabClass}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {word === "Edit" && !may("flow.edit") ? "Source" : word}
          </Link>
        ))}
      </TabBar>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={classes.body} tabIndex={0}>
        <Outlet />
      </div>
      {executing && flow.data && (
        <ExecuteDialog tenant={tenant} flow={flow.data} onClose={execute.close} />
      )}
    </div>
  );
}

interface MoreMenuProps {
  tenant: string;
  flow: Flow;
  may: May;
  onLeaving: (leaving: boolean) => void;
}

function MoreMenu({ tenant, flow, may, onLeaving }: MoreMenuProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const refresh = () => client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
  const toggle = useMutation({
    mutationFn: () => switchFlows(tenant, [flow], flow.disabled ? "enable" : "disable"),
    onSuccess: () => {
      tell(flow.disabled ? `${flow.id} is enabled` : `${flow.id} is disabled`);
      return refresh();
    },
    onError: tellProblem,
  });
  const remove = useMutation({
    mutationFn: () => deleteFlow(tenant, flow),
    onMutate: () => onLeaving(true),
    onSuccess: async () => {
      tell(`${flow.id} is deleted`);
      await navigate({ to: "/$tenant/flows", params: { tenant } });
      await refresh();
    },
    onError: (error) => {
      onLeaving(false);
      tellProblem(error);
    },
  });
  if (!may("flow.edit") && !may("flow.delete")) return null;
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may("flow.edit") && (
            <Menu.Item leftSection={<IconPower size={14} />} onClick={() => toggle.mutate()}>
              {flow.disabled ? "Enable" : "Disable"}
            </Menu.Item>
          )}
          {may("flow.delete") && (
            <Menu.Item
              leftSection={<IconTrash size={14} />}
              color="var(--tone-danger)"
              onClick={ask.open}
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        title={`Delete ${flow.id}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={ask.close}
      >
        Its triggers stop at once. Executions that run now finish on the revision they began with.
      </Confirm>
    </>
  );
}

function isGone(error: Error): boolean {
  return error instanceof ApiProblem && error.status === 404;
}
