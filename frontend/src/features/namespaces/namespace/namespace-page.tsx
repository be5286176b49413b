/// One namespace: what it is called, and its tabs; those that one may not see are absent.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowRight, IconDots, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { type May, useMay } from "@/api/access";
import { deleteNamespace, namespaceQuery } from "@/api/namespaces";
import { MoveNamespace } from "@/features/namespaces/move/move-namespace";
import classes from "@/features/namespaces/namespaces.module.css";
import { ancestorsOf } from "@/features/namespaces/tree/branches";
import { Confirm } from "@/ui/confirm";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { TabBar, tabClass } from "@/ui/tabs";
import { tell, tellProblem } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";

const TABS = [
  ["/$tenant/namespaces/$namespaceId", "Flows", "flow.view"],
  ["/$tenant/namespaces/$namespaceId/variables", "Variables", "namespace.view"],
  ["/$tenant/namespaces/$namespaceId/secrets", "Secrets", "secret.view"],
  ["/$tenant/namespaces/$namespaceId/kv", "Key-value store", "kv.view"],
  ["/$tenant/namespaces/$namespaceId/files", "Files", "file.view"],
  ["/$tenant/namespaces/$namespaceId/connections", "Connections", "connection.view"],
  ["/$tenant/namespaces/$namespaceId/defaults", "Plug-in defaults", "namespace.view"],
  ["/$tenant/namespaces/$namespaceId/quotas", "Quotas", "quota.view"],
  ["/$tenant/namespaces/$namespaceId/retention", "Retention", "namespace.view"],
  ["/$tenant/namespaces/$namespaceId/members", "Members", "binding.view"],
  ["/$tenant/namespaces/$namespaceId/audit", "Audit", "audit.view"],
] as const;

export function NamespacePage() {
  const params = useParams({ from: "/$tenant/namespaces/$namespaceId" });
  const { tenant, namespaceId } = params;
  const found = useQuery(namespaceQuery(tenant, namespaceId));
  const may = useMay(tenant, namespaceId);
  useTitle(namespaceId);
  if (found.error)
    return (
      <div className={classes.problem}>
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      </div>
    );
  return (
    <div className={classes.page}>
      <PageHead
        title={<Path tenant={tenant} id={namespaceId} />}
        beside={
          found.data?.description && <span className={classes.quiet}>{found.data.description}</span>
        }
        actions={<Actions tenant={tenant} id={namespaceId} may={may} />}
      />
      <TabBar label="Namespace">
        {TABS.filter(([, , needs]) => may(needs)).map(([to, word]) => (
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
    </div>
  );
}

/** Each ancestor leads to its own page. */
function Path({ tenant, id }: { tenant: string; id: string }) {
  return (
    <span className={classes.crumbs}>
      {ancestorsOf(id).map((one) => (
        <Link key={one} to="/$tenant/namespaces/$namespaceId" params={{ tenant, namespaceId: one }}>
          {one.slice(one.lastIndexOf(".") + 1)}.
        </Link>
      ))}
      <span>{id.slice(id.lastIndexOf(".") + 1)}</span>
    </span>
  );
}

function Actions({ tenant, id, may }: { tenant: string; id: string; may: May }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const [moving, move] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () => deleteNamespace(tenant, id),
    onSuccess: async () => {
      tell(`${id} is deleted`);
      await navigate({ to: "/$tenant/namespaces", params: { tenant } });
      await client.invalidateQueries({ queryKey: [tenant, "namespaces"] });
    },
    onError: (error) => {
      ask.close();
      tellProblem(error);
    },
  });
  return (
    <>
      {may("flow.create") && (
        <Button
          leftSection={<IconPlus size={15} />}
          renderRoot={(props) => (
            <Link
              to="/$tenant/flows/new"
              params={{ tenant }}
              search={{ namespace: id }}
              {...props}
            />
          )}
        >
          New flow
        </Button>
      )}
      {may("namespace.delete") && (
        <Menu>
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label="More actions">
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconArrowRight size={14} />} onClick={move.open}>
              Move or rename
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
      )}
      {moving && <MoveNamespace tenant={tenant} id={id} onClose={move.close} />}
      <Confirm
        opened={asking}
        title={`Delete ${id}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={ask.close}
      >
        It must be empty: delete its flows and the namespaces below it first.
      </Confirm>
    </>
  );
}
