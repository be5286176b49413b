/// How one signs in, and proves that it is oneself.

import classes from "./me.module.css";
import { PasswordForm } from "./password-form";
import { SecondFactors } from "./second-factors";

export function MySecurity() {
  return (
    <div className={classes.narrow}>
      <PasswordForm />
      <SecondFactors />
    </div>
  );
}
