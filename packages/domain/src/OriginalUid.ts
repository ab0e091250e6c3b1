/** Which run it is, wherever it is: the UID that it had when it was made first stays when a backup is restored. */
import type { ObjectMeta } from "./ObjectMeta.ts"

interface Run {
  readonly metadata: Pick<ObjectMeta, "uid">
  readonly status?: Readonly<Record<string, unknown>>
}

export const originalUid = ({ metadata, status }: Run): string =>
  typeof status?.["originalUid"] === "string" ? status["originalUid"] : metadata.uid ?? ""
