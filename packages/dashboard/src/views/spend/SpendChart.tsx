/** Spending a day as bars. The same figures are in a table beside it, so whoever hears the page is told of that. */
import { DateTime } from "effect"
import { type JSX, onCleanup, onMount } from "solid-js"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { dollars } from "../../show/Dollars.ts"
import type { DaySum } from "../../show/Spending.ts"

const height = 220
/** In seconds: the first and the last bar are whole. */
const halfDay = 43_200

/** Colours are the theme's: `light-dark()` is resolved by an element that uses them, at once and not over a transition. */
const resolved = (place: HTMLElement, name: string): string => {
  place.style.transitionProperty = "none"
  place.style.color = `var(${name})`
  const found = getComputedStyle(place).color
  place.style.color = ""
  return found
}

const axis = (place: HTMLElement): uPlot.Axis => ({
  stroke: resolved(place, "--faint"),
  grid: { stroke: resolved(place, "--line"), width: 1 },
  ticks: { stroke: resolved(place, "--line"), width: 1 }
})

const SpendChart = (props: { readonly days: ReadonlyArray<DaySum> }): JSX.Element => {
  let place: HTMLDivElement | undefined
  onMount(() => {
    const target = place
    if (target === undefined) return
    const bars = uPlot.paths.bars?.({ size: [0.7, 40] })
    const options = (): uPlot.Options => ({
      width: Math.max(200, target.clientWidth),
      height,
      tzDate: (seconds) => uPlot.tzDate(DateTime.toDateUtc(DateTime.makeUnsafe(seconds * 1000)), "UTC"),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_, first, last) => [first - halfDay, last + halfDay] },
        y: { range: (_, __, most) => [0, most <= 0 ? 1 : most * 1.1] }
      },
      axes: [axis(target), { ...axis(target), size: 70, values: (_, ticks) => ticks.map(dollars) }],
      series: [{}, {
        fill: resolved(target, "--accent"),
        stroke: resolved(target, "--accent"),
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars })
      }]
    })
    const data = (): uPlot.AlignedData => [
      props.days.map(({ seconds }) => seconds),
      props.days.map(({ costUsd }) => costUsd)
    ]
    let chart = new uPlot(options(), data(), target)
    const draw = () => {
      chart.destroy()
      chart = new uPlot(options(), data(), target)
    }
    const sizes = new ResizeObserver(() => chart.setSize({ width: Math.max(200, target.clientWidth), height }))
    sizes.observe(target)
    const theme = matchMedia("(prefers-color-scheme: dark)")
    theme.addEventListener("change", draw)
    onCleanup(() => {
      sizes.disconnect()
      theme.removeEventListener("change", draw)
      chart.destroy()
    })
  })
  return <div ref={place} class="chart" aria-hidden="true" />
}

// Loaded when it is shown, by its default export.
export default SpendChart
