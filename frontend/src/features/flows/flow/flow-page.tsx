/// One flow: its head, its verbs, its tabs.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPlayerPlayFilled, IconPower, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { deleteFlow, flowDetailQuery, flowKeys, labelsOf, switchFlows } from "@/api/flows";
import type { Flow } from "@/api/types";
import { ExecuteDialog } from "@/features/flows/execute/lazy";
import { Confirm } from "@/ui/confirm";
import { Labels } from "@/ui/label-chip";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { TabBar, tabClass } from "@/ui/tabs";
import { tell, tellProblem } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import classes from "./flow-page.module.css";

const TABS = [
  ["/$tenant/flows/$namespace/$flowId", "Overview"],
  ["/$tenant/flows/$namespace/$flowId/edit", "Edit"],
  ["/$tenant/flows/$namespace/$flowId/topology", "Topology"],
  ["/$tenant/flows/$namespace/$flowId/executions", "Executions"],
  ["/$tenant/flows/$namespace/$flowId/revisions", "Revisions"],
] as const;

export function FlowPage() {
  const params = useParams({ from: "/$tenant/flows/$namespace/$flowId" });
  const { tenant, namespace, flowId } = params;
  const [executing, execute] = useDisclosure(false);
  const flow = useQuery(flowDetailQuery(tenant, { namespace, id: flowId }));
  useTitle(flowId);
  if (flow.error) {
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
              {!flow.data.disabled && (
                <Button leftSection={<IconPlayerPlayFilled size={14} />} onClick={execute.open}>
                  Execute
                </Button>
              )}
              <MoreMenu tenant={tenant} flow={flow.data} />
            </>
          )
        }
      />
      <TabBar label="Flow">
        {TABS.map(([to, word]) => (
          <Link
            key={to}
            to={to}
            params={params}
            className={tabClass}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {word}
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

function MoreMenu({ tenant, flow }: { tenant: string; flow: Flow }) {
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
    onSuccess: async () => {
      tell(`${flow.id} is deleted`);
      await navigate({ to: "/$tenant/flows", params: { tenant } });
      await refresh();
    },
    onError: tellProblem,
  });
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPower size={14} />} onClick={() => toggle.mutate()}>
            {flow.disabled ? "Enable" : "Disable"}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={14} />}
            color="var(--tone-danger)"
            onClick={ask.open}
          >
            Delete
          </Menu.Item>
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
