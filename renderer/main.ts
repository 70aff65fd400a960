import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/menu.css';
import App from './App.svelte';
import { createApi } from './bridge';
import { usePlainContexts } from './map/plainContexts';
import { createWorkspace } from './state/workspace';

const workspace = createWorkspace(createApi(window.orthodesk));
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

usePlainContexts();
await workspace.start();
mount(App, { target, props: { workspace } });
