export { Pager } from "./pager";
export { SortHead } from "./sort-head";
export { default as table } from "./table.module.css";
