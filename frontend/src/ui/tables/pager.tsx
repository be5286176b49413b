/// Pages of a list: where one is, and how many there are.
import { ActionIcon, Group, Select } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import classes from "./table.module.css";

export interface PagerProps {
  page: number;
  size: number;
  total: number;
  totalExact?: boolean;
  onPage: (page: number) => void;
  onSize: (size: number) => void;
}

export function Pager({ page, size, total, totalExact = true, onPage, onSize }: PagerProps) {
  if (total === 0) return null;
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, total);
  const pages = Math.max(1, Math.ceil(total / size));
  return (
    <div className={classes.footer}>
      <span className="numeric">
        {first.toLocaleString("en")}–{last.toLocaleString("en")} of {total.toLocaleString("en")}
        {totalExact ? "" : " or more"}
      </span>
      <Group gap={6} wrap="nowrap">
        <Select
          aria-label="Rows per page"
          w={104}
          data={["25", "50", "100", "250"].map((n) => ({ value: n, label: `${n} rows` }))}
          value={String(size)}
          allowDeselect={false}
          onChange={(value) => value && onSize(Number(value))}
        />
        <ActionIcon
          aria-label="Previous page"
          disabled={page <= 1}
          variant="default"
          onClick={() => onPage(page - 1)}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon
          aria-label="Next page"
          disabled={page >= pages}
          variant="default"
          onClick={() => onPage(page + 1)}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}
