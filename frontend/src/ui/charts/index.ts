export { NumberChart, type Point } from "./number-chart";
export { StackedBars, type StackedPart } from "./stacked-bars";
