export { Kept, KeptBar, NewButton } from "./kept";
export { KeptTable } from "./kept-table";
