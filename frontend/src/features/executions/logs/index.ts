export { ExecutionLogs } from "./execution-logs";
