export { Outputs } from "./outputs";
