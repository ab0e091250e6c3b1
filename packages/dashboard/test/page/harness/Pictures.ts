/**
 * Pictures of what is on a tab: whole ones in `pictures/now`, as an artifact, and halves of them in `pictures/agreed`, which others are
 * compared with. Half the size is a quarter of the bytes, and forgives what only a magnifying glass finds.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import pixelmatch from "pixelmatch"
import { PNG } from "pngjs"
import type { Tab } from "./Browser.ts"

const folder = join(import.meta.dirname, "../pictures")

/** Of the pixels that may differ, letters being drawn a little otherwise by another version of the browser. */
const tolerance = 0.005

/** The mean of each four pixels, in 32 steps of each colour: what compresses well, and still shows every change of a layout. */
const half = (picture: PNG): PNG => {
  const [width, height] = [Math.floor(picture.width / 2), Math.floor(picture.height / 2)]
  const small = new PNG({ width, height })
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 4; channel += 1) {
        const at = (right: number, down: number) =>
          picture.data[((2 * y + down) * picture.width + 2 * x + right) * 4 + channel] ?? 0
        const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4
        small.data[(y * width + x) * 4 + channel] = channel === 3 ? 255 : Math.min(255, Math.round(mean / 8) * 8)
      }
    }
  }
  return small
}

const encoded = (picture: PNG): Buffer => PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, filterType: -1 })

const put = (place: string, name: string, bytes: Buffer) => {
  mkdirSync(join(folder, place), { recursive: true })
  writeFileSync(join(folder, place, `${name}.png`), bytes)
}

/** What differs from the picture that was agreed on; undefined when nothing does. */
export const difference = async ({ page }: Tab, name: string): Promise<string | undefined> => {
  await page.evaluate(() => document.fonts.ready)
  const bytes = await page.screenshot({ animations: "disabled", caret: "hide" })
  put("now", name, bytes)
  const now = half(PNG.sync.read(bytes))
  const agreed = join(folder, "agreed", `${name}.png`)
  if (process.env["UPDATE_PICTURES"] !== undefined) {
    put("agreed", name, encoded(now))
    return undefined
  }
  if (!existsSync(agreed)) {
    return `${name}: there is no agreed picture. Look at pictures/now, then npm run test:page -- -u`
  }
  const before = PNG.sync.read(readFileSync(agreed))
  if (before.width !== now.width || before.height !== now.height) return `${name}: another size than agreed`
  const marked = new PNG({ width: now.width, height: now.height })
  const different = pixelmatch(before.data, now.data, marked.data, now.width, now.height, { threshold: 0.15 })
  const share = different / (now.width * now.height)
  if (share <= tolerance) return undefined
  put("different", name, encoded(marked))
  return `${name}: ${
    (share * 100).toFixed(2)
  } % of it differs from what was agreed; see pictures/different. When it is meant: npm run test:page -- -u`
}
