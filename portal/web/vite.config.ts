import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The pages of the people who work with the system. Nothing is inlined: the content security policy allows files of our own only. */
export default defineConfig({
  root: here('staff'),
  base: '/',
  plugins: [vue()],
  build: {
    outDir: here('../dist/staff'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
});
