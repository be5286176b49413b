/// The mark: a conductor's first stroke, down and out; or the picture that a tenant has chosen.
import { useQuery } from "@tanstack/react-query";
import { logoAddress, tenantQuery } from "@/api/tenant";
import classes from "./frame.module.css";

export function Brand({ tenant, narrow }: { tenant: string; narrow: boolean }) {
  const { data } = useQuery({ ...tenantQuery(tenant), retry: false });
  if (!data?.logo) {
    return (
      <>
        <Mark />
        {!narrow && <span>Downbeat</span>}
      </>
    );
  }
  return (
    <>
      <img className={classes.logo} src={logoAddress(tenant, data.logo)} alt="" />
      {!narrow && <span>{data.name}</span>}
    </>
  );
}

export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4547c9" />
      <path
        d="M9 8v11.5M9 19.5l6.5 4.5M15.5 24 23 9"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
