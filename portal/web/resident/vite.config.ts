import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The pages of residents: small, for phones of 2018 and kiosks. Nothing is inlined: the content security policy allows files only. */
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  worker: { format: 'iife' },
  build: {
    outDir: here('../../dist/resident'),
    emptyOutDir: true,
    target: 'es2018',
    cssTarget: 'chrome66',
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
