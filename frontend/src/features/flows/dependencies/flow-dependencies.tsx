/// Which flows a flow calls or starts, and which call or start it; as a picture and as a list.
import { Skeleton } from "@mantine/core";
import { IconAffiliate } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { request, tenantPath } from "@/api/client";
import { flowKeys } from "@/api/flows";
import type { FlowKey } from "@/api/types";
import { Topology } from "@/graph";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { asGraph, type FlowLinks } from "./as-graph";
import classes from "./dependencies.module.css";

const FROM = "/$tenant/flows/$namespace/$flowId/dependencies";

function linksQuery(tenant: string, key: FlowKey) {
  return queryOptions({
    queryKey: [...flowKeys.one(tenant, key), "dependencies"],
    queryFn: ({ signal }) =>
      request<FlowLinks>(tenantPath(tenant, "flows", key.namespace, key.id, "dependencies"), {
        query: [["expandAll", "true"]],
        signal,
      }),
  });
}

export function FlowDependencies() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const navigate = useNavigate();
  const links = useQuery(linksQuery(tenant, { namespace, id: flowId }));
  const graph = useMemo(() => links.data && asGraph(links.data), [links.data]);
  if (links.error)
    return (
      <div className={classes.page}>
        <Problem error={links.error} onRetry={() => void links.refetch()} />
      </div>
    );
  if (!links.data || !graph)
    return (
      <div className={classes.page}>
        <Skeleton height={300} />
      </div>
    );
  const others = links.data.nodes.filter(
    (node) => node.namespace !== namespace || node.id !== flowId,
  );
  if (others.length === 0)
    return (
      <Empty icon={<IconAffiliate size={22} />} title="This flow stands alone">
        It calls no other flow and none calls it. A <code>Subflow</code> task or a <code>Flow</code>{" "}
        trigger joins two.
      </Empty>
    );
  return (
    <div className={classes.halves}>
      <div className={classes.picture}>
        <Topology
          graph={graph}
          onOpen={(id) => {
            const found = links.data.nodes.find((node) => node.id === id);
            if (!found) return;
            void navigate({
              to: "/$tenant/flows/$namespace/$flowId",
              params: { tenant, namespace: found.namespace, flowId: found.id },
            });
          }}
        />
      </div>
      <div className={classes.side}>
        <Card title="Flows" flush>
          <ul className={classes.list}>
            {others.map((node) => (
              <li key={node.uid}>
                <Link
                  to="/$tenant/flows/$namespace/$flowId"
                  params={{ tenant, namespace: node.namespace, flowId: node.id }}
                >
                  <strong>{node.id}</strong>
                  <span>{node.namespace}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </div>
  );
}
