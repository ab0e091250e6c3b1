/**
 * What a browser lets the page do: run and show what this server sends, and ask this server (and who signs people in). No inline script or
 * style, no frame around it, and no HTML but the templates' of the page, by Trusted Types. https://www.w3.org/TR/CSP3/
 */

/** `packages/dashboard/src/app/TemplatePolicy.ts` makes the one policy, of this name. */
const templatePolicy = "solid"

/** `connect`: origins beside this one that the page may ask. */
export const pagePolicy = (connect: ReadonlyArray<string>): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...connect].join(" "),
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${templatePolicy}`
  ].join("; ")
