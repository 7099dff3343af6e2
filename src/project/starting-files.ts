// The files of a first variant that stands by itself, made by `lab new NAME`: small, right as they stand, and each kind of proof shown once.

/** By path below workflows/. */
export const startingFiles = (name: string): readonly { readonly path: string; readonly text: string }[] => [
  {
    path: `${name}/variant.yaml`,
    text: `# yaml-language-server: $schema=../variant.schema.json
name: ${name}
description: What this lab is, in a line
inputs:
  greeting: { type: string, default: hello, description: What the note says }
`,
  },
  {
    path: `${name}/deploy.yaml`,
    text: `# yaml-language-server: $schema=../workflow.schema.json
name: deploy
description: Builds the lab, and proves each step
steps:
  - id: folder
    name: Folder of the lab
    run: [mkdir, -p, lab]
    health:
      - probe: file
        path: lab
    undo:
      run: [rmdir, lab]
      absent:
        - probe: file
          path: lab
          expect: '!exists'

  - id: note
    name: Note that says \${{ inputs.greeting }}
    needs: [folder]
    shell: echo \${{ inputs.greeting }} > lab/note
    health:
      - probe: file
        path: lab/note
        read: true
        expect: text.trim() == inputs.greeting
    undo:
      run: [rm, -f, lab/note]
`,
  },
  {
    path: `${name}/verify.yaml`,
    text: `# yaml-language-server: $schema=../workflow.schema.json
name: verify
description: Proves what a healthy lab shows
steps:
  - id: greets
    name: The note can be read
    health:
      - probe: command
        run: [cat, lab/note]
        expect: stdout.trim() == inputs.greeting
`,
  },
  {
    path: `${name}/teardown.yaml`,
    text: `# yaml-language-server: $schema=../workflow.schema.json
name: teardown
description: Takes away what deploy made, newest first, and proves that it is gone
undoes: deploy
`,
  },
];
