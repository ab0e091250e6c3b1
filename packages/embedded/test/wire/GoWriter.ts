/** Writes messages as Go does: number, wire type, content. */
const varint = (value: bigint): ReadonlyArray<number> =>
  value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]

type Content = string | Uint8Array | bigint

const field = (number: number, content: Content): Uint8Array => {
  if (typeof content === "bigint") {
    return Uint8Array.from([...varint(BigInt(number << 3)), ...varint(BigInt.asUintN(64, content))])
  }
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  return Buffer.concat([
    Uint8Array.from([...varint(BigInt((number << 3) | 2)), ...varint(BigInt(bytes.length))]),
    bytes
  ])
}

export const message = (...fields: ReadonlyArray<readonly [number, Content]>) =>
  Buffer.concat(fields.map(([number, content]) => field(number, content)))

export const body = (apiVersion: string, kind: string, raw: Uint8Array) =>
  Buffer.concat([Buffer.from("k8s\0"), message([1, message([1, apiVersion], [2, kind])], [2, raw])])

/** What Go always writes of metadata: all plain fields, empty or not. */
export const metadata = (name: string) =>
  message([1, name], [2, ""], [3, ""], [4, ""], [5, ""], [6, ""], [7, 0n], [8, new Uint8Array()])
