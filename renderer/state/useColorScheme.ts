import { onScopeDispose, shallowRef } from 'vue'

const query = '(prefers-color-scheme: dark)'

/** Follows the system between dark and light: sets `html.dark`, and tells those who draw with colours. */
export function useColorScheme() {
  const media = window.matchMedia(query)
  const dark = shallowRef(media.matches)
  const follow = () => {
    document.documentElement.classList.toggle('dark', media.matches)
    dark.value = media.matches
  }
  follow()
  media.addEventListener('change', follow)
  onScopeDispose(() => media.removeEventListener('change', follow))
  return dark
}
