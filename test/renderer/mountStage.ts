import { mount } from '@vue/test-utils'
import { type Component, defineComponent, h, provide } from 'vue'
import { createWorkbench, type Workbench, workbenchKey } from '../../renderer/state/useWorkbench.ts'
import type { Api } from '../../src/contract/api.ts'
import type { DesktopHost } from '../../src/contract/host.ts'
import type { Project } from '../../src/contract/records.ts'
import { fakeConnection, settled } from './fakeConnection.ts'
import { project } from './records.ts'

/** Draws a component inside a workbench over the given project and calls, and waits until it stands. */
export async function mountStage(
  component: Component,
  options: {
    readonly project?: Partial<Project>
    readonly calls?: Partial<Api>
    readonly host?: DesktopHost
    /** Goes on where the page before was, as a reload does. */
    readonly reload?: boolean
    readonly props?: Record<string, unknown>
  } = {},
) {
  if (!options.reload) sessionStorage.clear()
  const { connection, events, link } = fakeConnection({
    readProject: async () => project(options.project),
    ...options.calls,
  })
  let workbench: Workbench | undefined
  const root = defineComponent({
    setup() {
      workbench = createWorkbench(connection, options.host)
      provide(workbenchKey, workbench)
      return () => h(component, options.props)
    },
  })
  const wrapper = mount(root, { attachTo: document.body })
  await settled()
  if (!workbench) throw new Error('no workbench')
  const at = (testId: string) => wrapper.find(`[data-testid="${testId}"]`)
  return { wrapper, workbench, events, link, at }
}
