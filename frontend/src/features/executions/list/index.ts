export { shortId } from "./execution-table";
export { ExecutionsPanel } from "./executions-panel";
