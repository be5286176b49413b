/// A filter that is on, with the way to take it off.
import { CloseButton } from "@mantine/core";
import classes from "./filter-chip.module.css";

export interface FilterChipProps {
  name: string;
  value: string;
  onClear: () => void;
}

export function FilterChip({ name, value, onClear }: FilterChipProps) {
  return (
    <span className={classes.chip}>
      <span>{name}</span>
      <strong>{value}</strong>
      <CloseButton size={18} aria-label={`Remove filter ${name}`} onClick={onClear} />
    </span>
  );
}
