import './styles/all.ts'
import { createApp } from 'vue'
import { connectToCore } from '../src/contract/wire/connect.ts'
import App from './App.vue'
import { keepConnected, refusedByHost } from './link.ts'

// The desktop keeps its window's session for as long as the window lives.
const options = globalThis.residualHost ? {} : { isRefused: refusedByHost }
createApp(App, { connection: keepConnected(connectToCore, options) }).mount('#app')
