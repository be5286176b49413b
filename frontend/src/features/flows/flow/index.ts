export { FlowPage } from "./flow-page";
