/** Lines of a byte stream, put together from its chunks; a line may span chunks, and chunks may end within a character. Of most nobody wants a text. */

export interface Lines {
  /** The lines that this chunk completes, without their breaks; `undefined` when a line grows past the limit. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<Buffer> | undefined
  /** Whether bytes without a line break are left. */
  readonly hasRest: () => boolean
}

const newline = 10

export const makeLines = (maxBytes: number): Lines => {
  let rest: Array<Uint8Array> = []
  let restSize = 0

  const take = (last: Uint8Array): Buffer => {
    if (restSize === 0) return Buffer.from(last.buffer, last.byteOffset, last.byteLength)
    const line = Buffer.concat([...rest, last])
    rest = []
    restSize = 0
    return line
  }

  return {
    push: (chunk) => {
      const lines: Array<Buffer> = []
      let start = 0
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        if (restSize + end - start > maxBytes) return undefined
        lines.push(take(chunk.subarray(start, end)))
        start = end + 1
      }
      if (start < chunk.length) {
        const tail = chunk.subarray(start)
        rest.push(tail)
        restSize += tail.length
      }
      return restSize > maxBytes ? undefined : lines
    },
    hasRest: () => restSize > 0
  }
}
