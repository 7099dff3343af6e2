// Workflows whose steps tell what they did, so that a test can count it.

/** Says when it starts and ends, notices when it runs beside itself, and is done when its file is there. */
const action = (id: string): string =>
  [
    `echo "start ${id}" >> world/deeds`,
    // The kernel lets go of the lock with the process, however it ends.
    `exec 9> "world/inside-${id}"; flock --nonblock 9 || echo "beside ${id}" >> world/deeds`,
    'sleep 0.05',
    `echo ok > "world/${id}"`,
    `echo "end ${id}" >> world/deeds`,
  ].join('\n      ');

const step = (id: string, needs: readonly string[]): string => `
  - id: ${id}
    needs: [${needs.join(', ')}]
    shell: |
      ${action(id)}
    health: [{ probe: file, path: world/${id} }]
    undo: { run: [rm, -f, world/${id}], absent: [{ probe: file, path: world/${id}, expect: exists == false }] }
    creates: [{ kind: file, name: ${id} }]
`;

/** A diamond: first, then two side by side, then last. */
export const build = `name: build
deploys: true
steps:${step('first', [])}${step('left', ['first'])}${step('right', ['first'])}${step('last', ['left', 'right'])}`;

export const steps = ['first', 'left', 'right', 'last'] as const;

export const clear = `name: clear
undoes: build
steps:
  - id: nothing-left
    health: [{ probe: command, run: [sh, -c, "! ls world | grep -E '^(first|left|right|last)$'"], within: 0s }]
`;
