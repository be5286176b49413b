/// One blueprint: what it does, its source and its picture; “Use this” opens the editor with it.
import { Button, Skeleton } from "@mantine/core";
import { IconPencilPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { blueprintQuery } from "@/api/blueprints";
import { sourceGraphQuery } from "@/api/flows";
import { iconsQuery } from "@/api/plugins";
import { Topology } from "@/graph";
import { shortType } from "@/lib/text";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Markdown } from "@/ui/markdown";
import { PageHead } from "@/ui/page-head";
import { PluginIcon } from "@/ui/plugin-icon";
import { Problem } from "@/ui/problem";
import { useTitle } from "@/ui/use-title";
import classes from "./blueprint-page.module.css";

export function BlueprintPage() {
  const { tenant, blueprintId } = useParams({ from: "/$tenant/blueprints/$blueprintId" });
  const found = useQuery(blueprintQuery(tenant, blueprintId));
  const creates = useMay(tenant)("flow.create");
  useTitle(found.data?.title ?? "Blueprint");
  return (
    <>
      <PageHead
        title={found.data?.title ?? "Blueprint"}
        beside={<span className={classes.tags}>{found.data?.tags.join(" · ")}</span>}
        actions={
          creates && (
            <Button
              leftSection={<IconPencilPlus size={15} />}
              renderRoot={(props) => (
                <Link
                  to="/$tenant/flows/new"
                  params={{ tenant }}
                  search={{ blueprint: blueprintId }}
                  {...props}
                />
              )}
            >
              Use this
            </Button>
          )
        }
      />
      <div className={classes.page}>
        {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
        {found.isLoading && <Skeleton height={320} />}
        {found.data && (
          <div className={classes.grid}>
            <div className={classes.column}>
              <Card title="What it does">
                <Markdown text={found.data.description} />
              </Card>
              <Card title="Source" side={<Copy text={found.data.source} what="the source" />} flush>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
                <pre className={`mono ${classes.source}`} tabIndex={0}>
                  {found.data.source}
                </pre>
              </Card>
            </div>
            <div className={classes.column}>
              <Picture tenant={tenant} source={found.data.source} />
              <Types tenant={tenant} types={found.data.includedTasks} />
            </div>
          </div>
        )}
      </div>
    </>
  );
}

function Picture({ tenant, source }: { tenant: string; source: string }) {
  const { data, error } = useQuery(sourceGraphQuery(tenant, source));
  return (
    <Card title="Topology" flush>
      <div className={classes.picture}>
        {error && <Problem error={error} />}
        {data && <Topology graph={data} />}
      </div>
    </Card>
  );
}

function Types({ tenant, types }: { tenant: string; types: readonly string[] }) {
  const { data: icons } = useQuery(iconsQuery);
  return (
    <Card title="Made of" flush>
      <ul className={classes.types}>
        {types.map((type) => (
          <li key={type}>
            <PluginIcon type={type} icon={icons?.get(type)} size={16} />
            <Link to="/$tenant/plugins/$type" params={{ tenant, type: shortType(type) }}>
              {shortType(type)}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
