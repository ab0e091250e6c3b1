/**
 * Facts that nobody has looked at for a while: what only they have is one short text, read again when it is asked for, and what they share with
 * others is one object for all of them. Facts like any other to whoever reads their fields; but `...` copies nothing of them before they are whole.
 */
import { makeRecent } from "@orchestrator/domain/Recent"
import { hashOf } from "@orchestrator/k8s/Places"
import type { Identity, Pack } from "@orchestrator/k8s/Store"
import { isStatic, type PackedText, packText, unpackText } from "./PackedText.ts"

/** What is more than JSON. */
export interface Special {
  /** A field that many have the same object in: that one is kept. */
  readonly kept?: string
  /** A field that is made again: of it this is packed. */
  readonly made?: {
    readonly field: string
    pack(value: unknown): unknown
    unpack(packed: unknown): unknown
  }
}

type Fields = Readonly<Record<string, unknown>>

/** What all have in common of which no more than some texts are different. */
interface Shape {
  readonly template: Fields
  /** Values that are the same in all. */
  readonly values: ReadonlyMap<string, unknown>
  readonly texts: number
  readonly special: Special
}

/** Fields that were made again of late: whoever reads one does so often. */
const made = makeRecent<Packed, unknown>(64)

class Packed {
  readonly #shape: Shape
  readonly #own: string
  readonly #kept: unknown

  constructor(shape: Shape, own: string, kept: unknown) {
    this.#shape = shape
    this.#own = own
    this.#kept = kept
  }

  static field(packed: Packed, name: string): unknown {
    const { special, template, texts, values } = packed.#shape
    if (name === special.kept) return packed.#kept
    if (name === special.made?.field) return made(packed, Packed.#madeOf)
    return values.has(name) ? values.get(name) : unpackText(template[name], packed.#own, texts)
  }

  static #madeOf(packed: Packed): unknown {
    const { special: { made }, template, texts } = packed.#shape
    return made?.unpack(unpackText(template[made.field], packed.#own, texts))
  }

  static whole(packed: Packed): object {
    return Object.fromEntries(Object.keys(packed.#shape.template).map((name) => [name, Packed.field(packed, name)]))
  }
}

type PackedClass = new(shape: Shape, own: string, kept: unknown) => object

/** With the fields of a template. */
const classOf = (names: ReadonlyArray<string>): PackedClass => {
  const ofFields = class extends Packed {}
  for (const name of names) {
    Object.defineProperty(ofFields.prototype, name, {
      get(this: Packed) {
        return Packed.field(this, name)
      }
    })
  }
  return ofFields
}

const classes = makeRecent<string, PackedClass>(200)

interface Known {
  readonly shape: Shape
  readonly Class: PackedClass
}

/** Shapes that are in use stay, whether they are known or not. */
const most = 2000

/** Facts that are like no others of late, or more than JSON, stay as they are. */
export const makePack = <A extends Identity>(special: Special = {}): Pack<A> => {
  const known = new Map<string, Known>()
  /** By their hashes, shapes that one object had: a shape of its own would be larger than what it is made of. */
  const met = new Map<number, string>()

  const knownOf = (by: string, { template, texts }: PackedText): Known | undefined => {
    const found = known.get(template)
    if (found !== undefined) return found
    const hash = hashOf(template)
    if ((met.get(hash) ?? by) === by) {
      if (met.size >= most) met.clear()
      met.set(hash, by)
      return undefined
    }
    const fields: Fields = JSON.parse(template)
    const values = Object.entries(fields).filter(([, node]) => isStatic(node))
      .map(([name, node]) => [name, unpackText(node, "", 0)] as const)
    const shape = { template: fields, values: new Map(values), texts, special }
    const names = Object.keys(fields)
    const Class = classes(names.join(), () => classOf(names))
    if (known.size >= most) known.clear()
    known.set(template, { shape, Class })
    return { shape, Class }
  }

  return (facts) => {
    if (facts instanceof Packed) return facts
    const packed = packText(plainOf(facts, special), facts.uid)
    const like = packed && knownOf(facts.uid, packed)
    return packed === undefined || like === undefined
      ? facts
      : new like.Class(like.shape, packed.own, keptOf(facts, special)) as A
  }
}

const keptOf = (facts: object, { kept }: Special): unknown => kept === undefined ? undefined : Reflect.get(facts, kept)

/** Of a field that is kept there is no more than that it is there. */
const plainOf = (facts: object, { kept, made }: Special): object => {
  const plain: Record<string, unknown> = { ...facts }
  if (kept !== undefined && Object.hasOwn(plain, kept)) plain[kept] = true
  if (made !== undefined && Object.hasOwn(plain, made.field)) plain[made.field] = made.pack(plain[made.field])
  return plain
}

/** The same with all of its fields, which may be copied. */
export const whole = <A>(facts: A): A => facts instanceof Packed ? Packed.whole(facts) as A : facts
