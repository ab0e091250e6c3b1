/** What an S3-compatible server says, as far as it is asked for: a page of a list, and its words for a refusal. Pure. */
import { DateTime, Option } from "effect"

export interface Listed {
  readonly key: string
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const unescaped = (text: string): string =>
  text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name, decimal, hex) =>
      name !== undefined
        ? entities[String(name).toLowerCase()] ?? whole
        : String.fromCodePoint(Math.min(0x10ffff, Number(decimal ?? `0x${hex}`)))
  )

const fieldOf = (xml: string, name: string): string | undefined => {
  const begin = xml.indexOf(`<${name}>`)
  const end = xml.indexOf(`</${name}>`, begin)
  return begin < 0 || end < 0 ? undefined : unescaped(xml.slice(begin + name.length + 2, end))
}

const decoded = (key: string): string | undefined => {
  try {
    return decodeURIComponent(key.replaceAll("+", " "))
  } catch {
    return undefined
  }
}

/** Of a ListObjectsV2 answer with `encoding-type=url`. What cannot be read is left out. */
export const listPage = (xml: string): { readonly items: ReadonlyArray<Listed>; readonly next: string | undefined } => {
  const items = xml.split("<Contents>").slice(1).flatMap((part) => {
    const item = part.split("</Contents>")[0] ?? ""
    const key = decoded(fieldOf(item, "Key") ?? "")
    const bytes = Number(fieldOf(item, "Size"))
    const modified = Option.map(DateTime.make(fieldOf(item, "LastModified") ?? ""), DateTime.toEpochMillis)
    return key === undefined || key === "" || !Number.isSafeInteger(bytes) || Option.isNone(modified)
      ? []
      : [{ key, bytes, modified: modified.value }]
  })
  return { items, next: fieldOf(xml, "IsTruncated") === "true" ? fieldOf(xml, "NextContinuationToken") : undefined }
}

/** `AccessDenied: Access Denied.` */
export const serverWords = (xml: string): string =>
  ["Code", "Message"].flatMap((name) => fieldOf(xml, name) ?? []).join(": ")
