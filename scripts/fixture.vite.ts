/**
 * The window on made-up data, without a gateway: for work on its look, and with many tags.
 * `npx vite build --config scripts/fixture.vite.ts && npx vite preview --config scripts/fixture.vite.ts`, then
 * http://127.0.0.1:4790/fixture.html?tags=50000
 */
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { policy } from '../src/main/wires/assets.ts'

const root = resolve(import.meta.dirname, '../src/renderer')

export default defineConfig({
  root,
  base: './',
  plugins: [react()],
  build: {
    outDir: resolve(import.meta.dirname, '../out/fixture'),
    emptyOutDir: true,
    minify: false,
    assetsInlineLimit: 0,
    rolldownOptions: { input: resolve(root, 'fixture.html') },
  },
  preview: { host: '127.0.0.1', port: 4790, strictPort: true, headers: { 'Content-Security-Policy': policy } },
})
