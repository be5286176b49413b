/// What the keyboard can do.
import { Kbd, Modal, Table } from "@mantine/core";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["Ctrl", "K"], "Search and commands"],
  [["g", "h"], "Go home"],
  [["g", "f"], "Go to flows"],
  [["g", "e"], "Go to executions"],
  [["g", "t"], "Go to triggers"],
  [["g", "l"], "Search logs"],
  [["g", "s"], "Go to namespaces"],
  [["g", "b"], "Go to blueprints"],
  [["g", "p"], "Go to plug-ins"],
  [["g", "n"], "Write a new flow"],
  [["/"], "Filter the list"],
  [["Ctrl", "S"], "Save in the editor"],
  [["Ctrl", "Space"], "Complete in the editor"],
  [["?"], "This list"],
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keyboard" size="sm">
      <Table withRowBorders={false} verticalSpacing={5}>
        <Table.Tbody>
          {KEYS.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Td w={130}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
