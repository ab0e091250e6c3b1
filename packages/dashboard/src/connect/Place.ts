/** Where the page lies: its `<base>`, which the server sets, whatever path it is served below. */

/** `https://host/below`, without a slash at the end: what the API's paths are put behind. */
export const serverUrl = (): string => document.baseURI.replace(/[?#].*$/, "").replace(/\/[^/]*$/, "")

/** `/below`, or nothing at the root of a host: what the router leaves off. */
export const basePath = (): string => new URL(serverUrl()).pathname.replace(/\/$/, "")
