/// Every task and trigger type that is installed, by what brings it.
import { SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPuzzle, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { type CatalogueType, catalogueQuery, iconsQuery } from "@/api/plugins";
import { plural, shortType, typeName } from "@/lib/text";
import type { CatalogueSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { Phrase } from "@/ui/markdown";
import { PageHead } from "@/ui/page-head";
import { PluginIcon } from "@/ui/plugin-icon";
import { Problem } from "@/ui/problem";
import { useSearchText } from "@/ui/use-search-text";
import { useTitle } from "@/ui/use-title";
import classes from "./plugin-list.module.css";

const KINDS = [
  { value: "", label: "All" },
  { value: "task", label: "Tasks" },
  { value: "trigger", label: "Triggers" },
  { value: "condition", label: "Conditions" },
];

export function PluginList() {
  useTitle("Plug-ins");
  const { tenant } = useParams({ from: "/$tenant/plugins" });
  const { q, kind } = useSearch({ from: "/$tenant/plugins" });
  const navigate = useNavigate({ from: "/$tenant/plugins" });
  const change = (next: CatalogueSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(q, (next) => change({ q: next }));
  const catalogue = useQuery(catalogueQuery);
  useHotkeys([["/", () => input.current?.focus()]]);
  const found = matching(catalogue.data ?? [], q, kind);
  return (
    <>
      <PageHead
        title="Plug-ins"
        beside={
          catalogue.data && <span className={classes.count}>{plural(found.length, "type")}</span>
        }
      />
      <div className={classes.page}>
        <div className={classes.bar}>
          <TextInput
            ref={input}
            className={classes.searchBox}
            aria-label="Search types"
            placeholder="Search by name or purpose"
            leftSection={<IconSearch size={14} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label="Kind"
            data={KINDS}
            value={kind ?? ""}
            onChange={(next) => change({ kind: next || undefined })}
          />
        </div>
        {catalogue.error && (
          <Problem error={catalogue.error} onRetry={() => void catalogue.refetch()} />
        )}
        {catalogue.isLoading && <Skeleton height={320} />}
        {catalogue.data && found.length === 0 && (
          <Empty icon={<IconPuzzle size={22} />} title="No type matches">
            Try another word: “file”, “sql”, “http”, “wait”.
          </Empty>
        )}
        <Groups tenant={tenant} types={found} />
      </div>
    </>
  );
}

export function matching(
  types: readonly CatalogueType[],
  q: string | undefined,
  kind: string | undefined,
): CatalogueType[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return types.filter((one) => {
    const text = `${one.cls} ${one.title}`.toLowerCase();
    return (!kind || one.kind === kind) && words.every((word) => text.includes(word));
  });
}

function Groups({ tenant, types }: { tenant: string; types: readonly CatalogueType[] }) {
  const { data: icons } = useQuery(iconsQuery);
  const groups = [...new Set(types.map((one) => one.group))];
  return groups.map((group) => (
    <section key={group} className={classes.group} aria-label={group}>
      <h2>{group}</h2>
      <ul className={classes.types}>
        {types
          .filter((one) => one.group === group)
          .map((one) => (
            <li key={one.cls}>
              <Link
                to="/$tenant/plugins/$type"
                params={{ tenant, type: shortType(one.cls) }}
                className={classes.type}
              >
                <PluginIcon type={one.cls} icon={icons?.get(one.cls)} />
                <span className={classes.words}>
                  <strong>
                    {typeName(one.cls)}
                    {one.deprecated && <span className={classes.mark}>deprecated</span>}
                    {one.kind !== "task" && <span className={classes.mark}>{one.kind}</span>}
                  </strong>
                  <span>
                    <Phrase text={one.title} />
                  </span>
                </span>
              </Link>
            </li>
          ))}
      </ul>
    </section>
  ));
}
