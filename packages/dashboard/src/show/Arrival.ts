/** With what a person comes to the page: a one-time link, or what a provider sent them back with. Pure. */

export type Arrival =
  | { readonly by: "link"; readonly code: string }
  | { readonly by: "provider" }
  | { readonly by: "address" }

/** `base` is the path that the page lies below, without a slash at the end. */
export const arrivalAt = ({ hash, pathname }: Pick<URL, "hash" | "pathname">, base: string): Arrival => {
  if (pathname === `${base}/sign-in/callback`) return { by: "provider" }
  const code = /^#link=([\w-]{1,200})$/.exec(hash)?.[1]
  return pathname === `${base}/sign-in` && code !== undefined ? { by: "link", code } : { by: "address" }
}

/** An address of this page alone: whatever else was written down, or planted, leads to its beginning. */
export const safeReturn = (address: string, base: string): string =>
  address.startsWith(`${base}/`) && !address.startsWith("//") && !/[\\\s]/.test(address) &&
    !address.startsWith(`${base}/sign-in`)
    ? address
    : `${base}/`
