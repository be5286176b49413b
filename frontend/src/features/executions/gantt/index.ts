export { Gantt } from "./gantt";
