/// Quotas with what is used of them, changed and lifted where they stand.
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { changeQuota, liftQuota, type Quota, type QuotaWish, quotasKey } from "@/api/limits";
import type { Page } from "@/api/types";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { useChange } from "../parts/use-change";
import { KINDS } from "./amounts";
import { QuotaDialog } from "./quota-dialog";
import { QuotaTable } from "./quota-table";

export interface QuotasProps {
  tenant: string;
  query: UseQueryResult<Page<Quota>>;
  mayChange: (quota: Quota) => boolean;
  /** What an empty list offers. */
  action?: ReactNode;
}

export function Quotas({ tenant, query, mayChange, action }: QuotasProps) {
  const [open, setOpen] = useState<{ what: "change" | "lift"; quota: Quota }>();
  const close = () => setOpen(undefined);
  return (
    <>
      <QuotaTable
        label="Quotas"
        query={query}
        action={action}
        mayChange={mayChange}
        onChange={(quota) => setOpen({ what: "change", quota })}
        onLift={(quota) => setOpen({ what: "lift", quota })}
      />
      {open?.what === "change" && <Change tenant={tenant} quota={open.quota} onClose={close} />}
      {open?.what === "lift" && <Lift tenant={tenant} quota={open.quota} onClose={close} />}
    </>
  );
}

interface OneProps {
  tenant: string;
  quota: Quota;
  onClose: () => void;
}

function Change({ tenant, quota, onClose }: OneProps) {
  const change = useChange({
    change: (wish: QuotaWish) => changeQuota(tenant, quota.id, wish.limit),
    touches: [quotasKey(tenant)],
    said: "The quota holds from now on.",
    onDone: onClose,
  });
  return <QuotaDialog tenant={tenant} quota={quota} change={change} onClose={onClose} />;
}

function Lift({ tenant, quota, onClose }: OneProps) {
  const lift = useChange({
    change: () => liftQuota(tenant, quota.id),
    touches: [quotasKey(tenant)],
    said: "The quota is lifted.",
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      title="Lift this quota?"
      verb="Lift"
      busy={lift.isPending}
      onConfirm={() => lift.mutate()}
      onClose={onClose}
    >
      {lift.error && <Problem error={lift.error} />}
      {KINDS[quota.kind].label} on {quota.namespace ?? "the whole tenant"} are no longer limited
      here; what waits for it goes on.
    </Confirm>
  );
}
