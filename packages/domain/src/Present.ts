/** A field where there is a value for it: absent otherwise, and neither undefined nor null. */
export const present = <K extends string, A>(key: K, value: A | undefined | null): { readonly [P in K]?: A } =>
  value === undefined || value === null ? {} : { [key]: value } as { readonly [P in K]: A }
