import './styles/all.ts'
import { createApp } from 'vue'
import { connectToCore } from '../src/contract/wire/connect.ts'
import App from './App.vue'
import { keepConnected } from './link.ts'

createApp(App, { connection: keepConnected(connectToCore) }).mount('#app')
