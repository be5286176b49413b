export { JsonTree } from "./json-tree";
