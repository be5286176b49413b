/// The entrance of administration leads to the first page that one may see.
import { IconLock } from "@tabler/icons-react";
import { Navigate, useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { Empty } from "@/ui/empty";
import { sectionsFor } from "./sections";

export function AdminStart() {
  const { tenant } = useParams({ from: "/$tenant/admin/" });
  const rights = useRights(tenant);
  const first = sectionsFor(rights)[0]?.sections[0];
  if (first) return <Navigate to={first.to} params={{ tenant }} search={{}} replace />;
  if (!rights.known) return null;
  return (
    <Empty icon={<IconLock size={22} />} title="There is nothing for you to administer here">
      Ask an admin of this tenant if you expected otherwise.
    </Empty>
  );
}
