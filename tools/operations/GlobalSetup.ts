/** Says at once what is missing, instead of failing each test. */
import { spawnSync } from "node:child_process"

export const setup = () => {
  if (spawnSync("promtool", ["--version"]).status !== 0) {
    throw new Error(
      "expected promtool on the PATH, found none: install Debian's package prometheus (apt-get install prometheus)"
    )
  }
}
