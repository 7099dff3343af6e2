// Records a real session in a terminal as an animated SVG for the README: a deploy that is killed, its resume, one request.
// Usage: npm run record [-- FILE]. It deploys the embedded variant for real, in a project folder of its own, and takes it down.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const columns = 92;
const rows = 30;
const target = process.argv[2] ?? 'docs/terminal.svg';
const repository = new URL('..', import.meta.url).pathname;
const project = mkdtempSync(join(tmpdir(), 'lab-record-'));
for (const name of ['workflows', 'assets']) symlinkSync(join(repository, name), join(project, name));
const env = { PATH: process.env.PATH, HOME: project, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
const lab = [process.execPath, join(repository, 'bin/lab.js')];

const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
const frames = [];
const started = performance.now();
const write = (text) => new Promise((resolve) => terminal.write(text, resolve));

const styleOf = (cell) =>
  cell && `${cell.isFgDefault() ? '' : cell.getFgColor()}|${cell.isBold() ? 'b' : ''}|${cell.isDim() ? 'd' : ''}`;

/** A row of the screen as runs of one style. */
const rowOf = (line) => {
  const runs = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() || ' ';
    const style = styleOf(cell) ?? '';
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ style, text, column });
  }
  return runs.filter((run) => run.text.trim() !== '');
};

/** The visible screen. */
const screen = () => {
  const { active } = terminal.buffer;
  return Array.from({ length: rows }, (_, row) => rowOf(active.getLine(active.viewportY + row)));
};

const keep = () => {
  const now = screen();
  const shown = JSON.stringify(now);
  if (frames.at(-1)?.shown !== shown) frames.push({ at: performance.now() - started, rows: now, shown });
};

/** Types a command, runs it, and keeps what the screen shows; `kill` ends it with SIGKILL when the text appears. */
const act = async (typed, args, kill) => {
  await write(`\x1b[1m$\x1b[0m ${typed}\r\n`);
  keep();
  const child = spawn(lab[0], [lab[1], ...args], { cols: columns, rows, cwd: project, env });
  let seen = '';
  let writing = Promise.resolve();
  child.onData((data) => {
    seen += data;
    writing = write(data);
    if (kill && seen.includes(kill)) child.kill('SIGKILL');
  });
  const timer = setInterval(keep, 300);
  await new Promise((resolve) => child.onExit(resolve));
  clearInterval(timer);
  await writing;
  await write(kill ? '\r\nKilled\r\n\r\n' : '\r\n');
  keep();
};

const palette = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'];
const escapeText = (text) => text.replace(/[&<>]/g, (each) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[each]);
const span = ({ style, text, column }, row) => {
  const [color, bold, dim] = style.split('|');
  const fill = color === '' ? '' : ` fill="${palette[Number(color) % 8]}"`;
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${(16 + column * 8.43).toFixed(0)}" y="${32 + row * 18}" xml:space="preserve"${fill}${weight}${dim ? ' opacity=".65"' : ''}>${escapeText(text.trimEnd())}</text>`;
};

/** Of a moment in which nothing changes no more is shown. */
const longestIdleMs = 1200;

/** The frames without what is idle between them. */
const withoutIdling = (kept) => {
  let at = 0;
  return kept.map((frame, index) => {
    at += Math.min(longestIdleMs, index === 0 ? 0 : frame.at - kept[index - 1].at);
    return { ...frame, at };
  });
};

const svg = (frames) => {
  const end = (frames.at(-1)?.at ?? 0) + 6000;
  const percent = (at) => ((at / end) * 100).toFixed(3);
  const shapes = frames.map(({ at, rows: lines }, index) => {
    const next = frames[index + 1]?.at ?? end;
    const [from, to] = [percent(at + 1), percent(next)];
    const hidden = index === 0 ? '' : `0%,${percent(at)}%{visibility:hidden}`;
    const rule = `@keyframes f${index}{${hidden}${from}%,${to}%{visibility:visible}${percent(next + 1)}%,100%{visibility:hidden}}`;
    const play = `.f${index}{animation:f${index} ${(end / 1000).toFixed(1)}s step-end infinite}`;
    const content = lines.flatMap((line, row) => line.map((run) => span(run, row))).join('');
    return {
      rule,
      play,
      content: `<g class="f${index}">${content}</g>`,
    };
  });
  const [width, height] = [32 + columns * 8.43, 36 + rows * 18];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" fill="#e6edf3" role="img" aria-label="A terminal: lab deploys the lab, is killed, and resumes">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}g{visibility:hidden}g:last-of-type{visibility:visible}
${shapes.map(({ rule }) => rule).join('')}
@media(prefers-reduced-motion:no-preference){${shapes.map(({ play }) => play).join('')}}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${shapes.map(({ content }) => content).join('\n')}
</svg>
`;
};

try {
  await act('npx lab run deploy', ['run', 'deploy', '--yes'], '21 changed');
  await act('npx lab resume', ['resume']);
  await act('npx lab exec client4 -- curl -s http://192.168.33.10', [
    'exec',
    'client4',
    '--',
    'curl',
    '-s',
    'http://192.168.33.10',
  ]);
  writeFileSync(target, svg(withoutIdling(frames)));
  process.stdout.write(`${target}: ${frames.length} frames\n`);
} finally {
  spawnSync(lab[0], [lab[1], 'run', 'teardown', '--new', '--quiet'], { cwd: project, env });
  rmSync(project, { recursive: true, force: true });
}
