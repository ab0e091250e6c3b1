/**
 * What a SQLite write-ahead log still proves. SQLite reads it up to the first frame that is not whole and takes the rest for what a
 * killed writer left. That is so of the last transaction only: writes are in order, so a commit that comes later has been answered.
 * The format: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */

const headerBytes = 32
const frameHeaderBytes = 24

/** How many committed transactions SQLite would pass over; undefined: none. A log without a header gives up all that is in it. */
export const lostCommits = (log: Uint8Array): number | undefined => {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  if (log.byteLength < headerBytes + frameHeaderBytes) return undefined
  const magic = view.getUint32(0)
  const littleEndian = (magic & 1) === 0
  const sum = (from: Sums, start: number, bytes: number): Sums => {
    let [first, second] = from
    for (let at = start; at < start + bytes; at += 8) {
      first = (first + view.getUint32(at, littleEndian) + second) >>> 0
      second = (second + view.getUint32(at + 4, littleEndian) + first) >>> 0
    }
    return [first, second]
  }
  const says = ([first, second]: Sums, at: number) => view.getUint32(at) === first && view.getUint32(at + 4) === second

  let sums = sum([0, 0], 0, 24)
  if ((magic & ~1) !== 0x377f0682 || !says(sums, 24)) return 1
  const pageBytes = view.getUint32(8)
  const salts: Sums = [view.getUint32(16), view.getUint32(20)]
  const frameBytes = frameHeaderBytes + pageBytes
  let broken = false
  let lost = 0
  for (let at = headerBytes; at + frameBytes <= log.byteLength; at += frameBytes) {
    const isCurrent = says(salts, at + 8)
    if (broken) {
      if (isCurrent && view.getUint32(at + 4) !== 0) lost += 1
      continue
    }
    sums = sum(sum(sums, at, 8), at + frameHeaderBytes, pageBytes)
    broken = !isCurrent || !says(sums, at + 16)
  }
  return lost === 0 ? undefined : lost
}

type Sums = readonly [first: number, second: number]
