/**
 * The events of a server-sent stream, from its bytes as they come. Only what the broker counts is decoded; a line that is too long to be
 * of interest is skipped without being kept.
 */

/** The longest `data:` line that is looked at, where usage comes in short events: only text and tool input grow. */
export const shortEvents = 262_144

export interface SseReader {
  /** The `data` of each event that ended in these bytes. */
  readonly read: (bytes: Uint8Array) => ReadonlyArray<string>
}

/** A reader for one stream, of events of one `data` line each, as the APIs send them. */
export const sseReader = (longestLine = shortEvents): SseReader => {
  const decoder = new TextDecoder()
  let line = ""
  let skipping = false
  return {
    read: (bytes) => {
      const found: Array<string> = []
      const parts = decoder.decode(bytes, { stream: true }).split("\n")
      for (const [index, part] of parts.entries()) {
        if (!skipping) line += part
        if (line.length > longestLine) {
          line = ""
          skipping = true
        }
        if (index === parts.length - 1) break
        if (!skipping && line.startsWith("data:")) found.push(line.slice(5).trim())
        line = ""
        skipping = false
      }
      return found
    }
  }
}
