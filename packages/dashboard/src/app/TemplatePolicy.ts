/** Trusted Types: the name is in the server's Content-Security-Policy, and no other policy may be made. */

interface Policy {
  readonly createHTML: (html: string) => unknown
}

declare global {
  interface Window {
    /** Absent in browsers without Trusted Types, where nothing needs a policy. */
    readonly trustedTypes?: { readonly createPolicy: (name: string, rules: Policy) => Policy }
  }
}

/** Lets through what the compiler wrote; it is handed to Solid and to nobody else. */
export const templatePolicy = (): Policy | undefined =>
  window.trustedTypes?.createPolicy("solid", { createHTML: (html) => html })
