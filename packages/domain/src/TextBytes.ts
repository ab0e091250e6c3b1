/** How long texts are in UTF-8. */

const encoder = new TextEncoder()

export const bytesOf = (text: string): number => encoder.encode(text).length

/** What it has at most, for which nothing has to be encoded. */
export const mostBytesOf = (text: string): number => 3 * text.length

const sizeOf = (value: unknown, size: (text: string) => number): number => {
  if (typeof value === "string") return size(value)
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each, size), 0)
  return typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each, size), 0)
    : 0
}

/** Of every text in a value, without the names of its fields. */
export const bytesIn = (value: unknown): number => sizeOf(value, bytesOf)

/** Whether these are not more than so many: counted only where they might be. */
export const bytesFit = (value: unknown, max: number): boolean =>
  sizeOf(value, mostBytesOf) <= max || bytesIn(value) <= max
