export { FailureReason } from "./failure-reason";
export { ExecutionOverview } from "./overview";
