export { ExecutionTopology } from "./execution-topology";
