/// The command palette: flows, executions and actions, by typing.
import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import classes from "./palette.module.css";
import { type Command, useCommands } from "./use-commands";

export function Palette({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const [place, setPlace] = useState(0);
  const commands = useCommands(tenant, asked, text.trim());
  const chosen = Math.min(place, commands.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      setPlace((chosen + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(commands[chosen]);
    }
  };
  return (
    <Modal.Root opened onClose={onClose} padding={0} size={600} yOffset="12vh" centered={false}>
      <Modal.Overlay backgroundOpacity={0.45} blur={1} />
      <Modal.Content aria-label="Search and commands">
        <div className={classes.input}>
          <IconSearch size={16} aria-hidden />
          <input
            role="combobox"
            aria-label="Search flows, executions and actions"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={commands[chosen] ? `palette-${chosen}` : undefined}
            placeholder="Find a flow, an execution id, an action…"
            value={text}
            data-autofocus
            onChange={(event) => {
              setText(event.currentTarget.value);
              setPlace(0);
            }}
            onKeyDown={press}
          />
        </div>
        <div id="palette-list" role="listbox" aria-label="Results" className={classes.list}>
          {commands.length === 0 && <p className={classes.nothing}>Nothing matches “{text}”.</p>}
          {commands.map((command, position) => (
            <Row
              key={command.key}
              command={command}
              first={commands[position - 1]?.group !== command.group}
              position={position}
              active={position === chosen}
              onRun={() => run(command)}
              onHover={() => setPlace(position)}
            />
          ))}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

interface RowProps {
  command: Command;
  first: boolean;
  position: number;
  active: boolean;
  onRun: () => void;
  onHover: () => void;
}

function Row({ command, first, position, active, onRun, onHover }: RowProps) {
  return (
    <>
      {first && <div className={classes.group}>{command.group}</div>}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above owns the keyboard. */}
      <div
        id={`palette-${position}`}
        role="option"
        tabIndex={-1}
        aria-selected={active}
        className={classes.row}
        onClick={onRun}
        onMouseMove={onHover}
        ref={(element) => {
          if (active) element?.scrollIntoView({ block: "nearest" });
        }}
      >
        {command.icon}
        <span className={classes.title}>{command.title}</span>
        <span className={classes.hint}>{command.hint}</span>
      </div>
    </>
  );
}
