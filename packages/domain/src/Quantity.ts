/** Amounts of resources as Kubernetes writes them: `500m`, `2`, `1.5Gi`, `1e3`. */

const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
}

/** Undefined where it is none. A negative one is none either. */
export const quantity = (text: string): number | undefined => {
  const [, number = "", exponent, unit = ""] =
    /^\+?(\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/
      .exec(text) ?? []
  if (number === "") return undefined
  return Number(`${number}${exponent ?? ""}`) * (units[unit] ?? Number.NaN)
}
