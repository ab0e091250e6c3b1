/** The browser that the page is tried and measured with: the one that CHROMIUM names, or Debian's. */
export const chromiumPath = process.env["CHROMIUM"] ?? "/usr/bin/chromium"
