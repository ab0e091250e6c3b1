/** How long texts are in UTF-8. */

const encoder = new TextEncoder()

export const bytesOf = (text: string): number => encoder.encode(text).length

/** What it has at most, for which nothing has to be encoded. */
export const mostBytesOf = (text: string): number => 3 * text.length
