/// How the portal is built, tested and served while developing.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.DOWNBEAT_URL ?? "http://127.0.0.1:8080";
const mocked = process.env.DOWNBEAT_MOCK === "1";

export default defineConfig(async () => ({
  base: "/ui/",
  plugins: [react(), ...(mocked ? [(await import("./src/mocks/plugin.ts")).mockServer()] : [])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // The content security policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: mocked
    ? {}
    : {
        proxy: {
          "/api": { target: server, ws: true, changeOrigin: true },
          "/login": { target: server, changeOrigin: true },
          "/logout": { target: server, changeOrigin: true },
        },
      },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
}));
