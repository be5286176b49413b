/// Labels, read as key and value.
import classes from "./ui.module.css";

interface LabelValue {
  key: string;
  value: string;
}

export function LabelChip({ label, onPick }: { label: LabelValue; onPick?: () => void }) {
  const text = (
    <>
      <span>{label.key}</span>
      <span>{label.value}</span>
    </>
  );
  const title = `${label.key}: ${label.value}`;
  if (!onPick) {
    return (
      <span className={classes.label} title={title}>
        {text}
      </span>
    );
  }
  return (
    <button type="button" className={classes.label} title={`Filter by ${title}`} onClick={onPick}>
      {text}
    </button>
  );
}

export interface LabelsProps {
  labels: readonly LabelValue[];
  onPick?: (label: LabelValue) => void;
}

/** Labels of the system stay out of the way of people's own. */
export function ownLabels(labels: readonly LabelValue[]): LabelValue[] {
  return labels.filter((label) => !label.key.startsWith("system."));
}

export function Labels({ labels, onPick }: LabelsProps) {
  const own = ownLabels(labels);
  if (own.length === 0) return null;
  return (
    <span className={classes.labels}>
      {own.map((label) => (
        <LabelChip
          key={`${label.key}:${label.value}`}
          label={label}
          onPick={onPick && (() => onPick(label))}
        />
      ))}
    </span>
  );
}
