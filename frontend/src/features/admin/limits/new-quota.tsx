/// The button that makes a quota.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { makeQuota, type QuotaWish, quotasKey } from "@/api/limits";
import { useChange } from "../parts/use-change";
import { QuotaDialog } from "./quota-dialog";

/** `namespace` is where it stands unless somebody chooses otherwise. */
export function NewQuota({ tenant, namespace }: { tenant: string; namespace?: string }) {
  const [open, setOpen] = useState(false);
  const make = useChange({
    change: (wish: QuotaWish) => makeQuota(tenant, wish),
    touches: [quotasKey(tenant)],
    said: "The quota holds from now on.",
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button leftSection={<IconPlus size={15} />} onClick={() => setOpen(true)}>
        New quota
      </Button>
      {open && (
        <QuotaDialog
          tenant={tenant}
          namespace={namespace}
          change={make}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
