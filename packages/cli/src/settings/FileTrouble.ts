/** What the file system refused, in words for people. */
import type { PlatformError } from "effect"

const sentences: Partial<Record<PlatformError.PlatformError["reason"]["_tag"], string>> = {
  NotFound: "there is no such file",
  PermissionDenied: "permission denied",
  BadResource: "it is a directory"
}

export const sentenceOf = ({ message, reason }: PlatformError.PlatformError): string =>
  sentences[reason._tag] ?? message
