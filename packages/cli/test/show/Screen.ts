/** A terminal of so many rows, as far as live lines need one: what is on the screen, and what has left it at the top for good. */
export const screenOf = (text: string, rows: number) => {
  const lines: Array<string> = [""]
  let row = 0
  const top = () => Math.max(0, lines.length - rows)
  // oxlint-disable-next-line no-control-regex
  for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
    // oxlint-disable-next-line no-control-regex
    const [, count = "", command = ""] = /^\u001b\[(\d*)([A-Za-z])$/.exec(token) ?? []
    if (command === "A") row = Math.max(top(), row - Number(count || 1))
    else if (command === "J") lines.splice(row, lines.length, "")
    else if (command !== "" || token === "\r") continue
    else if (token === "\n") {
      row += 1
      if (row === lines.length) lines.push("")
    } else lines[row] = `${lines[row] ?? ""}${token}`
  }
  return { shown: lines.slice(top()), gone: lines.slice(0, top()) }
}
