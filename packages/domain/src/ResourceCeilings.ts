/** Which resources an installation lets agents have, and how much of each. */
import type { FieldProblem } from "./Decode.ts"
import { quantity } from "./Quantity.ts"
import type { Resources } from "./Toolchain.ts"

type Amounts = Readonly<Record<string, string>>

/** What of these is above a ceiling, or has none; `path` names the field that has them. */
export const aboveCeilings = (
  path: string,
  { limits = {}, requests = {} }: Resources,
  ceilings: Amounts
): ReadonlyArray<FieldProblem> =>
  Object.entries({ requests, limits }).flatMap(([list, amounts]) =>
    Object.entries(amounts).flatMap(([name, amount]): ReadonlyArray<FieldProblem> => {
      const most = Object.hasOwn(ceilings, name) ? ceilings[name] : undefined
      const at = `${path}.${list}.${name}`
      if (most === undefined) {
        const known = Object.keys(ceilings).join(", ")
        return [{ path: at, expected: `a resource that limits.maxResources has (${known})`, found: amount }]
      }
      return (quantity(amount) ?? Infinity) <= (quantity(most) ?? 0)
        ? []
        : [{ path: at, expected: `at most ${most} (limits.maxResources)`, found: amount }]
    })
  )
