/// Mantine drawn with our tokens: one accent, dense sizes, calm borders.
import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Menu,
  Modal,
  Select,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eceefe",
  "#d8dbfc",
  "#b9bdf8",
  "#9a9cf8",
  "#7f82ee",
  "#6366e0",
  "#4547c9",
  "#3739ad",
  "#2d2f90",
  "#232573",
];

const dark: MantineColorsTuple = [
  "#e8ecf1",
  "#bcc5d0",
  "#94a0ae",
  "#6b7684",
  "#39424f",
  "#2c343f",
  "#1c2129",
  "#161a20",
  "#11151a",
  "#0e1115",
];

// A cross says nothing to those who hear the page.
const CLOSE = { "aria-label": "Close" };
const small = { defaultProps: { size: "xs" } };

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: 6,
  colors: { accent, dark },
  fontFamily: "var(--font-sans)",
  fontFamilyMonospace: "var(--font-mono)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "0.9375rem", xl: "1.125rem" },
  headings: { fontFamily: "var(--font-sans)", fontWeight: "620" },
  defaultRadius: "md",
  radius: { sm: "4px", md: "6px", lg: "10px" },
  cursorType: "pointer",
  autoContrast: true,
  components: {
    Button: Button.extend(small),
    TextInput: TextInput.extend(small),
    Textarea: Textarea.extend(small),
    Select: Select.extend({ defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: "subtle", color: "var(--ink-faint)", size: "md" },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: false, fz: "xs" } }),
    Menu: Menu.extend({ defaultProps: { shadow: "md", position: "bottom-end" } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: CLOSE } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        closeButtonProps: CLOSE,
        overlayProps: { backgroundOpacity: 0.45, blur: 1 },
      },
    }),
  },
});

const surfaces = {
  "--mantine-color-body": "var(--surface-card)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-faint)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-default": "var(--surface-card)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-hover": "var(--surface-hover)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-error": "var(--tone-danger)",
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: surfaces,
  dark: surfaces,
});
