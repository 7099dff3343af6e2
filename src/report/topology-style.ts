// The colours of states and the look of the drawing; the page and a picture of its own share them.

const light = `--bg:#ffffff;--panel:#ffffff;--line:#d5dae1;--text:#1b2430;--soft:#566173;--accent:#0b5cad;
--proved:#136c3a;--proved-bg:#e3f4e9;--broken:#b3161f;--broken-bg:#fde7e7;--working:#0b5cad;--working-bg:#e3effc;
--unproved:#5b6573;--unproved-bg:#eef0f3;--gone:#6b5b2e;--gone-bg:#f3eedd;`;
const dark = `--bg:#10151c;--panel:#171e27;--line:#323d4b;--text:#e6ebf2;--soft:#a3b0c0;--accent:#7ab8ff;
--proved:#5fd08b;--proved-bg:#143524;--broken:#ff8f8f;--broken-bg:#47191d;--working:#7ab8ff;--working-bg:#15304f;
--unproved:#a9b4c2;--unproved-bg:#262f3a;--gone:#d6c07a;--gone-bg:#383017;`;

/** Custom properties for both themes; `data-theme` on the root overrules what the system prefers. */
export const themeStyle = (root: string): string =>
  `${root}{${light}color-scheme:light}
@media (prefers-color-scheme:dark){${root}:not([data-theme=light]){${dark}color-scheme:dark}}
${root}[data-theme=dark]{${dark}color-scheme:dark}
@media print{${root},${root}[data-theme],${root}:not([data-theme=light]){${light}color-scheme:light}}`.replaceAll(
    '\n',
    '',
  );

export const topologyStyle = `
.topo{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-size:12px}
.topo text{fill:var(--text)}
.topo .soft{fill:var(--soft);font-size:10.5px}
.topo .mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px}
.topo .name{font-weight:650;font-size:13px}
.topo .port{fill:var(--soft);font-size:9.5px;font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;paint-order:stroke;stroke:var(--panel);stroke-width:4px}
.topo .box{fill:var(--panel);stroke:var(--unproved);stroke-width:1.5}
.topo .cap{fill:var(--unproved-bg)}
.topo .mark{font-weight:700;font-size:11px;fill:var(--unproved)}
.topo .cable{stroke:var(--unproved);stroke-width:1.8;fill:none}
.topo .arc{stroke:var(--unproved);stroke-width:1.4;fill:none;stroke-dasharray:5 4}
.topo .pill{fill:var(--unproved-bg);stroke:var(--unproved);stroke-width:1}
.topo .pill+text{font-size:10px;font-weight:600;fill:var(--unproved)}
.topo .dot{fill:var(--unproved);stroke:var(--panel);stroke-width:.8}
.topo .unproved .cable,.topo .unproved .box{stroke-dasharray:4 3}
${['proved', 'broken', 'working', 'gone']
  .map(
    (each) => `.topo .${each}>.box,.topo .${each}>.cable,.topo .${each}>.arc,.topo .${each}>.pill{stroke:var(--${each})}
.topo .${each}>.cap,.topo .${each}>.pill{fill:var(--${each}-bg)}
.topo .${each}>.mark,.topo .${each}>.dot,.topo .${each}>.pill+text{fill:var(--${each})}`,
  )
  .join('\n')}
.topo .gone .cable,.topo .gone .box{stroke-dasharray:1 4}
.topo .broken>.cable{stroke-width:2.6}
.topo .kind-mgmt>.cable{stroke-width:1.1}
.topo .shape{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-linecap:round;stroke-linejoin:round}
.topo .path{stroke:var(--accent);fill:none;stroke-linecap:round;opacity:.32}
.topo .hops rect{fill:var(--accent)}
.topo .hops text{fill:var(--panel);font-size:10px;font-weight:650}`.replaceAll('\n', '');
