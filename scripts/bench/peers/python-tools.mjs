// Workflow tools of Python's world.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { which } from './where.mjs';

/** It knows of no state: that a file is there says that a task is done, and where to begin again has to be said. */
export const ansible = {
  where: () => which('ansible-playbook'),
  write: ({ folder, steps, cached, tool }) => {
    mkdirSync(join(folder, 'done'));
    const task = ({ id, argv }) => {
      const stamp = cached
        ? [`        cmd: touch done/${id}`, `        creates: done/${id}`]
        : [`        cmd: ${argv.join(' ')}`];
      return [
        `    - name: ${id}`,
        '      ansible.builtin.command:',
        '        chdir: "{{ playbook_dir }}"',
        ...stamp,
      ].join('\n');
    };
    const head = '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n';
    writeFileSync(join(folder, 'play.yml'), `${head}${steps.map(task).join('\n')}\n`);
    const env = {
      ...{ ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3', ANSIBLE_LOCALHOST_WARNING: 'False' },
      ...{ ANSIBLE_RETRY_FILES_ENABLED: 'False', ANSIBLE_NOCOLOR: '1' },
    };
    const argv = [tool, '-i', 'localhost,', 'play.yml'];
    return { argv, env, resume: (at) => [...argv, '--start-at-task', `s${at}`] };
  },
};

export const snakemake = {
  where: () => which('snakemake'),
  write: ({ folder, steps, jobs, tool }) => {
    const files = (ids) => ids.map((id) => `"done/${id}"`).join(', ');
    const rule = ({ id, needs, argv }) =>
      [
        `rule ${id}:`,
        ...(needs.length > 0 ? [`    input: ${files(needs)}`] : []),
        `    output: "done/${id}"`,
        `    shell: "${argv.join(' ')} && touch {output}"`,
      ].join('\n');
    const all = `rule all:\n    input: ${files(steps.map(({ id }) => id))}\n`;
    writeFileSync(join(folder, 'Snakefile'), `${all}${steps.map(rule).join('\n')}\n`);
    const env = { XDG_CACHE_HOME: join(folder, '..', 'snakemake') };
    const quiet = ['--quiet', 'all', '--nolock', '--latency-wait', '0'];
    return { argv: [tool, ...quiet, '--cores', String(jobs), 'all'], env };
  },
};

export const doit = {
  where: () => which('doit'),
  write: ({ folder, steps, jobs, tool }) => {
    const rows = steps.map(({ id, needs, argv }) => JSON.stringify([id, needs.map((each) => `s:${each}`), argv]));
    const text = [
      'from doit.tools import run_once',
      "DOIT_CONFIG = {'verbosity': 0, 'default_tasks': ['s'], 'reporter': 'zero'}",
      `steps = [${rows.join(',\n')}]`,
      'def task_s():',
      '    for name, needs, argv in steps:',
      "        yield {'name': name, 'actions': [argv], 'task_dep': needs, 'uptodate': [run_once]}",
    ];
    writeFileSync(join(folder, 'dodo.py'), `${text.join('\n')}\n`);
    return { argv: [tool, ...(jobs > 1 ? ['-n', String(jobs)] : [])] };
  },
};
