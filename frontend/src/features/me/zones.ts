/// The time zones that one can choose from. Pure.

export interface ZoneChoice {
  value: string;
  label: string;
}

/** The browser's own first, then UTC, then every zone that the browser knows. */
export function zoneChoices(own: string): ZoneChoice[] {
  const known = Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC");
  return [
    { value: "local", label: `This browser (${own})` },
    { value: "UTC", label: "UTC" },
    ...known.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
  ];
}
