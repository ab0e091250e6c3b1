/** The product's version, as `--version`, `/health` and the Node object say it. */
import manifest from "../../package.json" with { type: "json" }

export const { version } = manifest
