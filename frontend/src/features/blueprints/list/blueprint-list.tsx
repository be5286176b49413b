/// Flows to begin from, found by text and tag.
import { Skeleton, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch, IconTemplate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { type Blueprint, blueprintsQuery } from "@/api/blueprints";
import { iconsQuery } from "@/api/plugins";
import { plural, typeName } from "@/lib/text";
import type { CatalogueSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { PageHead } from "@/ui/page-head";
import { PluginIcon } from "@/ui/plugin-icon";
import { Problem } from "@/ui/problem";
import { useSearchText } from "@/ui/use-search-text";
import { useTitle } from "@/ui/use-title";
import classes from "./blueprint-list.module.css";

export function BlueprintList() {
  useTitle("Blueprints");
  const { tenant } = useParams({ from: "/$tenant/blueprints" });
  const { q, tag } = useSearch({ from: "/$tenant/blueprints" });
  const navigate = useNavigate({ from: "/$tenant/blueprints" });
  const change = (next: CatalogueSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(q, (next) => change({ q: next }));
  const blueprints = useQuery(blueprintsQuery(tenant));
  useHotkeys([["/", () => input.current?.focus()]]);
  const all = blueprints.data?.results ?? [];
  const tags = [...new Set(all.flatMap((one) => one.tags))].sort();
  const found = matching(all, q, tag);
  return (
    <>
      <PageHead
        title="Blueprints"
        beside={
          blueprints.data && (
            <span className={classes.count}>{plural(found.length, "flow")} to begin from</span>
          )
        }
      />
      <div className={classes.page}>
        <TextInput
          ref={input}
          className={classes.searchBox}
          aria-label="Search blueprints"
          placeholder="Search by purpose or task type"
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <fieldset className={classes.tags} aria-label="Tags">
          {tags.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === tag}
              onClick={() => change({ tag: one === tag ? undefined : one })}
            >
              {one}
            </button>
          ))}
        </fieldset>
        {blueprints.error && (
          <Problem error={blueprints.error} onRetry={() => void blueprints.refetch()} />
        )}
        {blueprints.isLoading && <Skeleton height={320} />}
        {blueprints.data && found.length === 0 && (
          <Empty icon={<IconTemplate size={22} />} title="No blueprint matches">
            Try another word, or take the tag off.
          </Empty>
        )}
        <ul className={classes.list}>
          {found.map((one) => (
            <Item key={one.id} tenant={tenant} one={one} />
          ))}
        </ul>
      </div>
    </>
  );
}

export function matching(
  all: readonly Blueprint[],
  q: string | undefined,
  tag: string | undefined,
): Blueprint[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((one) => {
    const text = [one.title, one.description, ...one.includedTasks, ...one.tags].join(" ");
    return (
      (!tag || one.tags.includes(tag)) && words.every((word) => text.toLowerCase().includes(word))
    );
  });
}

/** At most five types, and none that is drawn as another is: four times the same sign says nothing. */
function differing(
  types: readonly string[],
  icons: ReadonlyMap<string, string> | undefined,
): string[] {
  const byLook = new Map(types.toReversed().map((type) => [icons?.get(type) ?? type, type]));
  return [...byLook.values()].reverse().slice(0, 5);
}

function Item({ tenant, one }: { tenant: string; one: Blueprint }) {
  const { data: icons } = useQuery(iconsQuery);
  const words = one.description.replaceAll(/[*`]/g, "").split("\n").join(" ");
  return (
    <li>
      <Link
        to="/$tenant/blueprints/$blueprintId"
        params={{ tenant, blueprintId: one.id }}
        className={classes.item}
      >
        <strong>{one.title}</strong>
        <span className={classes.words}>{words}</span>
        <span className={classes.foot}>
          <span className={classes.icons} title={one.includedTasks.map(typeName).join(", ")}>
            {differing(one.includedTasks, icons).map((type) => (
              <PluginIcon key={type} type={type} icon={icons?.get(type)} size={14} />
            ))}
          </span>
          <span>{one.tags.join(" · ")}</span>
        </span>
      </Link>
    </li>
  );
}
