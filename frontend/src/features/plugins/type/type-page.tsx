/// One type: what it is for, its properties, its outputs, examples that can be copied.
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { documentationQuery, iconsQuery, type TypeDocumentation } from "@/api/plugins";
import { propertiesOf } from "@/editor/schema";
import { shortType, typeName } from "@/lib/text";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Markdown } from "@/ui/markdown";
import { PageHead } from "@/ui/page-head";
import { PluginIcon } from "@/ui/plugin-icon";
import { Problem } from "@/ui/problem";
import { useTitle } from "@/ui/use-title";
import classes from "./type-page.module.css";

export function TypePage() {
  const { tenant, type } = useParams({ from: "/$tenant/plugins/$type" });
  const found = useQuery(documentationQuery(type));
  const { data: icons } = useQuery(iconsQuery);
  useTitle(typeName(type));
  return (
    <>
      <PageHead
        title={
          <span className={classes.title}>
            <PluginIcon type={type} icon={found.data && icons?.get(found.data.cls)} />
            {typeName(type)}
          </span>
        }
        beside={
          <span className={classes.name}>
            <Link to="/$tenant/plugins" params={{ tenant }} className={classes.back}>
              Plug-ins
            </Link>
            <code className="mono">{shortType(type)}</code>
            <Copy text={`type: ${shortType(type)}`} what="the type" />
          </span>
        }
      />
      <div className={classes.page}>
        {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
        {found.isLoading && <Skeleton height={300} />}
        {found.data && <Told found={found.data} />}
      </div>
    </>
  );
}

function Told({ found }: { found: TypeDocumentation }) {
  const outputs = Object.entries(found.schema.properties.outputs.properties ?? {});
  return (
    <div className={classes.stack}>
      {found.deprecated && (
        <p className={classes.deprecated} data-tone="warning">
          Deprecated: {found.deprecated}
        </p>
      )}
      <Card title="What it does">
        <Markdown text={found.markdown} />
        {found.aliases.length > 0 && (
          <p className={classes.aliases}>Also known as {found.aliases.map(shortType).join(", ")}</p>
        )}
      </Card>
      {found.examples.map((one) => (
        <Card
          key={one.title}
          title={one.title}
          side={<Copy text={one.code} what="the example" />}
          flush
        >
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <pre className={`mono ${classes.code}`} tabIndex={0}>
            {one.code.trim()}
          </pre>
        </Card>
      ))}
      <Properties found={found} />
      {outputs.length > 0 && (
        <Card title="Outputs" flush>
          <dl className={classes.properties}>
            {outputs.map(([name, told]) => (
              <div key={name}>
                <dt>
                  <code className="mono">{name}</code>
                </dt>
                <dd>{told.description ?? told.title}</dd>
              </div>
            ))}
          </dl>
        </Card>
      )}
    </div>
  );
}

function Properties({ found }: { found: TypeDocumentation }) {
  const { properties, definitions } = found.schema.properties;
  const all = propertiesOf({ ...properties, $defs: { ...definitions } });
  return (
    <Card title="Properties" flush>
      <dl className={classes.properties}>
        {all.map((one) => (
          <div key={one.name}>
            <dt>
              <code className="mono">{one.name}</code>
              <span className={classes.type}>{one.type}</span>
              {one.required && <span className={classes.needed}>needed</span>}
              {one.dynamic && <span className={classes.type}>may hold an expression</span>}
              {one.default !== undefined && (
                <span className={classes.type}>
                  else <code className="mono">{one.default}</code>
                </span>
              )}
            </dt>
            {one.description && (
              <dd>
                <Markdown text={one.description} />
              </dd>
            )}
          </div>
        ))}
      </dl>
    </Card>
  );
}
