/// Rights as a table: a row for each kind of thing, a column for each verb.
import { Checkbox } from "@mantine/core";
import { IconCheck, IconMinus } from "@tabler/icons-react";
import classes from "./parts.module.css";
import { permissionTable, resourceName, toggled } from "./permissions";

export interface PermissionMatrixProps {
  label: string;
  catalogue: readonly string[];
  chosen: ReadonlySet<string>;
  /** Absent: the table is only read. */
  onChange?: (chosen: Set<string>) => void;
  /** Those that cannot be chosen here, because the one who chooses does not hold them. */
  allowed?: ReadonlySet<string>;
}

export function PermissionMatrix(props: PermissionMatrixProps) {
  const { verbs, rows } = permissionTable(props.catalogue);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to scroll by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label={props.label}>
      <table className={classes.matrix} aria-label={props.label}>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            {verbs.map((verb) => (
              <th key={verb} scope="col">
                {verb}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ resource, verbs: has }) => (
            <tr key={resource}>
              <th scope="row">{resourceName(resource)}</th>
              {verbs.map((verb) => (
                <td key={verb}>
                  {has.has(verb) && <Cell {...props} permission={`${resource}.${verb}`} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell(props: PermissionMatrixProps & { permission: string }) {
  const { permission, chosen, catalogue, onChange, allowed } = props;
  const held = chosen.has(permission);
  const words = permission.replace(".", " ");
  if (!onChange) {
    return held ? (
      <IconCheck size={15} className={classes.held} role="img" aria-label={`${words}: yes`} />
    ) : (
      <IconMinus size={13} className={classes.none} role="img" aria-label={`${words}: no`} />
    );
  }
  return (
    <Checkbox
      size="xs"
      style={{ display: "inline-flex" }}
      aria-label={words}
      checked={held}
      disabled={allowed && !allowed.has(permission) && !held}
      onChange={() => onChange(toggled(chosen, permission, catalogue))}
    />
  );
}
