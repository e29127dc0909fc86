import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Only index.html is built: dev.html, the UI on a fake backend, is served by `npm run dev` and never shipped.
export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { host: "127.0.0.1", strictPort: true },
  // WebKitGTK 2.46 and later, which Debian and Ubuntu deliver as updates.
  build: { target: "safari18", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
