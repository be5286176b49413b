export { Markdown, Phrase } from "./markdown";
