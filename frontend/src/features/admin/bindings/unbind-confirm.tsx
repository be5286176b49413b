/// Asks before a role is taken away, and says who would lose what.
import { useQuery } from "@tanstack/react-query";
import { impactQuery } from "@/api/explorer";
import { rightsKey } from "@/api/principals";
import { unbind } from "@/api/roles";
import { plural } from "@/lib/text";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { useChange } from "../parts/use-change";

export interface UnbindConfirmProps {
  tenant: string;
  binding: { id: string; role: string; who: string; namespace: string | null };
  onClose: () => void;
}

export function UnbindConfirm({ tenant, binding, onClose }: UnbindConfirmProps) {
  // Only those who see every binding may ask; for the others the question stays without numbers.
  const impact = useQuery(impactQuery(tenant, { bindingId: binding.id }));
  const take = useChange({
    change: () => unbind(tenant, binding.id),
    touches: [rightsKey(tenant)],
    said: "The role is taken away.",
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      danger
      title="Take this role away?"
      verb="Take away"
      busy={take.isPending}
      onConfirm={() => take.mutate()}
      onClose={onClose}
    >
      {take.error && <Problem error={take.error} />}
      <p>
        <strong>{binding.who}</strong> will no longer be <strong>{binding.role}</strong> on{" "}
        <strong>{binding.namespace ?? "the whole tenant"}</strong>.
      </p>
      {impact.data && <p>{consequence(impact.data.losses)}</p>}
    </Confirm>
  );
}

function consequence(losses: readonly { permissions: string[]; user: { id: string } }[]): string {
  if (losses.length === 0) {
    return "Nobody loses a right: they hold the same ones in another way.";
  }
  const people = new Set(losses.map((loss) => loss.user.id)).size;
  const rights = new Set(losses.flatMap((loss) => loss.permissions)).size;
  return `${plural(people, "account")} would lose ${plural(rights, "permission")}.`;
}
