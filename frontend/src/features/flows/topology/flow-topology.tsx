/// The picture of a flow: what follows what.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { flowGraphQuery } from "@/api/flows";
import { Topology } from "@/graph";
import { Problem } from "@/ui/problem";
import { Waiting } from "@/ui/waiting";

export function FlowTopology() {
  const params = useParams({ from: "/$tenant/flows/$namespace/$flowId/topology" });
  const { tenant, namespace, flowId } = params;
  const navigate = useNavigate();
  const graph = useQuery(flowGraphQuery(tenant, { namespace, id: flowId }));
  if (graph.error) {
    return (
      <div style={{ padding: 20 }}>
        <Problem error={graph.error} onRetry={() => void graph.refetch()} />
      </div>
    );
  }
  if (!graph.data) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  return (
    <Topology
      graph={graph.data}
      onOpen={() => void navigate({ to: "/$tenant/flows/$namespace/$flowId/edit", params })}
    />
  );
}
