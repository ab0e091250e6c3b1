/** Where the clone on the workspace is. */
import type { GitFolders } from "../../git/Git.ts"

export interface Repository extends GitFolders {
  readonly gitDir: string
  readonly workTree: string
}
