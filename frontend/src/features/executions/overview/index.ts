export { ExecutionOverview } from "./overview";
