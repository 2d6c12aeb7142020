// How Residual is packed for each system. Build on the system itself: npm installs the native parts for it.
const platform = process.env.PACK_FOR ?? process.platform
const kept = { linux: 'linux/x64', win32: 'win32/x64', darwin: 'darwin/arm64' }[platform]
// onnxruntime-node ships every system's library; one is enough.
const otherSystems = ['linux/x64', 'linux/arm64', 'win32/x64', 'win32/arm64', 'darwin/x64', 'darwin/arm64']
  .filter((system) => system !== kept)
  .map((system) => `!node_modules/onnxruntime-node/bin/napi-v6/${system}/**`)

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'org.example.residual',
  productName: 'Residual',
  directories: { output: 'release', buildResources: 'resources/icons' },
  // All patterns in one list: a list per system would bring everything else back in.
  files: [
    'dist/**',
    '!dist/hosts/cli.js',
    'resources/samples/**',
    'resources/icons/icon.png',
    'package.json',
    'LICENSE',
    '!**/*.{map,ts,mts,cts}',
    '!node_modules/@tensorflow/*/dist/*.{min,fesm,fesm.min,es2017,es2017.min}.js',
    '!node_modules/onnxruntime-node/{script,lib}/**',
    ...otherSystems,
  ],
  asar: true,
  // The system's loader and the database cannot read inside the archive.
  asarUnpack: [
    '**/*.node',
    '**/*.{so,so.*,dylib,dll}',
    '**/node_modules/onnxruntime-node/bin/**',
    '**/node_modules/@duckdb/**',
    'resources/samples/**',
  ],
  npmRebuild: false, // every native part is Node-API: nothing to compile again
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    grantFileProtocolExtraPrivileges: false,
  },
  fileAssociations: [
    { ext: 'csv', name: 'Comma-separated table', mimeType: 'text/csv', role: 'Viewer', rank: 'Alternate' },
    {
      ext: 'tsv',
      name: 'Tab-separated table',
      mimeType: 'text/tab-separated-values',
      role: 'Viewer',
      rank: 'Alternate',
    },
  ],
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Science',
    maintainer: 'The Residual authors <residual@example.org>',
    icon: 'resources/icons/icon.png',
  },
  win: { target: [{ target: 'nsis', arch: ['x64'] }], icon: 'resources/icons/icon.png' },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: [{ target: 'dmg', arch: ['arm64'] }],
    category: 'public.app-category.productivity',
    hardenedRuntime: true,
    icon: 'resources/icons/icon.png',
  },
  publish: null,
}
