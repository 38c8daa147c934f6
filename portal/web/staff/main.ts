import 'element-plus/dist/index.css';
import './shell/look.css';
import ElementPlus from 'element-plus';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './shell/language.ts';
import { router } from './shell/router.ts';

createApp(App).use(ElementPlus).use(i18n).use(router).mount('#app');
