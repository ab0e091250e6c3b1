/** What the file system refused, in words for people. */
import type { PlatformError } from "effect"

const sentences: Partial<Record<PlatformError.PlatformError["reason"]["_tag"], string>> = {
  NotFound: "there is no such file",
  PermissionDenied: "this user may not read or write it",
  BadResource: "it is a folder"
}

export const sentenceOf = ({ message, reason }: PlatformError.PlatformError): string =>
  sentences[reason._tag] ?? message
