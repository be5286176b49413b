export { FlowTopology } from "./flow-topology";
