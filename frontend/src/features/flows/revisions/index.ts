export { Revisions } from "./revisions";
