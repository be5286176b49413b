/// The end of a tenant, behind a confirmation that is typed.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { TenantDetail } from "@/api/tenant";
import { Card } from "@/ui/card";
import { TenantDeletion } from "../instance/tenant-dialogs";
import parts from "../parts/parts.module.css";
import classes from "./tenant.module.css";

export function DeletionCard({ tenant, onGone }: { tenant: TenantDetail; onGone: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <Card title="Deletion">
      <div className={classes.danger}>
        <p className={parts.note}>
          Its flows, executions, logs, secrets, files and rights go with it. While executions run it
          is refused.
        </p>
        <Button
          variant="default"
          color="red.8"
          leftSection={<IconTrash size={15} />}
          onClick={() => setAsking(true)}
        >
          Delete the tenant…
        </Button>
      </div>
      {asking && (
        <TenantDeletion tenant={tenant} onGone={onGone} onClose={() => setAsking(false)} />
      )}
    </Card>
  );
}
