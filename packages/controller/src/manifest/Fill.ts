/** Replaces `{name}` by that value; names that are not known stay as they are. */
export const fill = (template: string, values: Readonly<Record<string, string | undefined>>): string =>
  template.replace(
    /\{([A-Za-z]+)\}/gu,
    (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined) ?? whole
  )
