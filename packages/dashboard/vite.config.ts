/**
 * The build of the page: `npm run build:page`. Addresses of assets are relative, because the page may be served below any path; whoever
 * serves `index.html` sets its `<base>`. What changes has a hash in its name.
 */
import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [solid()],
  build: {
    outDir: "dist",
    assetsDir: "assets",
    emptyOutDir: true,
    // Data addresses in style sheets would need a wider policy.
    assetsInlineLimit: 0,
    target: "es2023",
    modulePreload: { polyfill: false },
    reportCompressedSize: false
  }
})
