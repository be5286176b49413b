export { useVerb } from "./execution-actions";
export { ExecutionPage } from "./execution-page";
export { useExecution, useExecutionHead } from "./use-execution";
