/// The executions of one flow.
import { IconPlayerPlay } from "@tabler/icons-react";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useLiveExecutions } from "@/api/use-live-namespaces";
import { ExecutionsPanel } from "@/features/executions/list";
import type { ExecutionsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";

const FROM = "/$tenant/flows/$namespace/$flowId/executions";

export function FlowExecutions() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  useLiveExecutions(tenant, namespace);
  const change = (next: ExecutionsSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  return (
    <div style={{ paddingTop: 14 }}>
      <ExecutionsPanel
        tenant={tenant}
        search={search}
        flow={{ namespace, id: flowId }}
        onChange={change}
        empty={
          <Empty icon={<IconPlayerPlay size={22} />} title="This flow has not run yet">
            Press <strong>Execute</strong> above to start it by hand, or add a trigger to its
            source.
          </Empty>
        }
      />
    </div>
  );
}
