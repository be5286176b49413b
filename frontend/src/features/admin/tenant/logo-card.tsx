/// The picture of a tenant.
import { Button, FileButton } from "@mantine/core";
import { IconPhoto, IconTrash, IconUpload } from "@tabler/icons-react";
import { logoAddress, removeLogo, setLogo, type TenantDetail, tenantKey } from "@/api/tenant";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";
import classes from "./tenant.module.css";

export function LogoCard({ tenant }: { tenant: TenantDetail }) {
  const touches = [tenantKey(tenant.id), ["me"]];
  const set = useChange({
    change: (file: File) => setLogo(tenant.id, file),
    touches,
    said: "The logo is set.",
  });
  const remove = useChange({
    change: () => removeLogo(tenant.id),
    touches,
    said: "The logo is taken away.",
  });
  const error = set.error ?? remove.error;
  return (
    <Card title="Logo">
      <div className={parts.form}>
        {error && <Problem error={error} />}
        <div className={classes.logo}>
          <span className={classes.picture}>
            {tenant.logo ? (
              <img src={logoAddress(tenant.id, tenant.logo)} alt={`Logo of ${tenant.name}`} />
            ) : (
              <IconPhoto size={24} aria-hidden />
            )}
          </span>
          <div className={parts.form}>
            <p className={parts.note}>
              A PNG or a JPEG of at most 512 kB and 2048 pixels a side. What is no pixel is left
              behind.
            </p>
            <div className={parts.formStart}>
              <FileButton
                accept="image/png,image/jpeg"
                inputProps={{ "aria-label": "Picture of the logo" }}
                onChange={(file) => file && set.mutate(file)}
              >
                {(props) => (
                  <Button
                    {...props}
                    variant="default"
                    leftSection={<IconUpload size={14} />}
                    loading={set.isPending}
                  >
                    {tenant.logo ? "Exchange" : "Choose a picture"}
                  </Button>
                )}
              </FileButton>
              {tenant.logo && (
                <Button
                  variant="default"
                  leftSection={<IconTrash size={14} />}
                  loading={remove.isPending}
                  onClick={() => remove.mutate()}
                >
                  Take away
                </Button>
              )}
            </div>
          </div>
        </div>
      </div>
    </Card>
  );
}
