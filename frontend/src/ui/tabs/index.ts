export { TabBar, tabClass } from "./link-tabs";
