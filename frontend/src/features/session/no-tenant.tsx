/// Somebody who is signed in and belongs to no tenant yet.
import { IconBuilding } from "@tabler/icons-react";
import { Empty } from "@/ui/empty";

export function NoTenant() {
  return (
    <main>
      <Empty icon={<IconBuilding size={22} />} title="You are in no tenant yet">
        Ask an administrator to give you a role in a tenant, then reload this page.
      </Empty>
    </main>
  );
}
