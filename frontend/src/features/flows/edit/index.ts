export { EditFlow } from "./edit-flow";
export { NewFlow } from "./new-flow";
