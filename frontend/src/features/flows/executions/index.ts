export { FlowExecutions } from "./flow-executions";
