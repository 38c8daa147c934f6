// The import table of the architecture page. A folder may import the faces named here and nothing else of ours.
const mayImport = {
  common: [],
  'hsm-sim': ['common'],
  clearing: ['common', 'hsm-sim'],
  'card-issuer': ['common', 'hsm-sim', 'clearing'],
  'terminal-gateway': ['common', 'hsm-sim', 'clearing'],
  reconciliation: ['common', 'clearing'],
  'city-sim': [],
  portal: ['common'],
  citycard: ['common', 'hsm-sim', 'clearing', 'card-issuer', 'terminal-gateway', 'reconciliation', 'portal'],
};
const folders = Object.keys(mayImport);

// Reconciliation reaches the HSM through clearing; only its tests start one of their own.
const directions = folders.map((folder) => ({
  name: `${folder}-imports-only-what-it-may`,
  comment: `docs/architecture.md: ${folder} may import ${mayImport[folder].join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${folder}/`, ...(folder === 'reconciliation' ? { pathNot: '[.]test([.]ts|-data[.]ts)$' } : {}) },
  to: {
    path: `^(${[...folders, 'test'].filter((other) => other !== folder && !mayImport[folder].includes(other)).join('|')})/`,
  },
}));

const faces = {
  name: 'only-through-the-face',
  comment: "nothing imports past another folder's index.ts",
  severity: 'error',
  from: { path: `^(${[...folders, 'test'].join('|')})/` },
  // Tests in the browser look for the words of the pages.
  to: {
    path: `^(${folders.join('|')})/.+`,
    pathNot: [
      `^(${folders.join('|')})/index\\.ts$`,
      '^$1/',
      '^portal/web/staff/.*messages.*[.]ts$',
      '^portal/web/parts/.*words.*[.]ts$',
    ],
  },
};

module.exports = {
  forbidden: [
    ...directions,
    faces,
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '[.]json$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(var|node_modules|portal/dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
