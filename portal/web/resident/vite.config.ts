import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The pages of residents: small, for phones from 2017 on (Chrome 61, Safari 11, the first that load modules) and kiosks. Nothing is inlined:
 * the content security policy allows files only.
 */
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  worker: { format: 'iife' },
  build: {
    outDir: here('../../dist/resident'),
    emptyOutDir: true,
    target: ['es2017', 'chrome61', 'safari11'],
    cssTarget: ['chrome61', 'safari11'],
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
