export { PluginIcon } from "./plugin-icon";
