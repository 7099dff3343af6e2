// A network of which nothing is real: each step leaves a mark, and one waits for a word.
const hostile = `"><img src=x onerror="window.owned=1"><script>window.owned=1</script>`;

/** Its variant is `net`, its node names and what they print are hostile. */
export const netFiles: Readonly<Record<string, string>> = {
  'workflows/net/variant.yaml': `name: net
model: fabric
inputs:
  spines: { type: integer, default: 1 }
  leaves: { type: integer, default: 2 }
  nodes: { type: integer, default: 1 }
  clients: { type: integer, default: 1 }
`,
  'workflows/net/deploy.yaml': `name: deploy
steps:
  - id: leaf
    name: ${JSON.stringify(`Leaf \${{ leaf.name }} ${hostile}`)}
    foreach: { leaf: "\${{ fabric.leaves }}" }
    needs: []
    run: [sh, -c, "echo 'up: ${hostile.replaceAll('"', '\\"')}'; mkdir -p world; touch world/$1", sh, "\${{ leaf.name }}"]
    health: [{ probe: file, path: "world/\${{ leaf.name }}", within: 0s }]
    creates: [{ kind: leaf, name: "\${{ leaf.name }}" }]
    undo: { shell: "rm -f world/\${{ leaf.name }}", absent: [{ probe: command, run: [test, "!", -e, "world/\${{ leaf.name }}"] }] }
  - id: hold
    needs: [leaf]
    shell: echo holding on; until test -e go || test ! -e workflows; do sleep 0.02; done; touch world/held; echo went on
    health: [{ probe: file, path: world/held, within: 0s }]
  - id: last
    needs: [hold]
    shell: test ! -e chatty || seq 400000
    satisfied: once
`,
  'workflows/net/teardown.yaml': 'name: teardown\nundoes: deploy\n',
};
