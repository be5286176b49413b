export { firstValues, formDataOf, partsOf, problemOf, type Values } from "./form";
export { InputField } from "./input-field";
