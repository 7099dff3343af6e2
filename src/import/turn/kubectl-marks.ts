// Labels, annotations and taints: set, and proved by what the object says of itself.
import { commandProbe, quoted, slug } from './draft.ts';
import { has, operands } from './flags.ts';
import { ask, kindOfObject, valuedAnywhere } from './kube.ts';
import { actionOf, type Rule } from './rule.ts';

export const labelRule: Rule = (call) => {
  const [verb = '', first = '', ...rest] = operands(call.args, valuedAnywhere);
  const field = verb === 'label' ? 'labels' : 'annotations';
  const isAll = has(call.args, '--all', '-l', '--selector');
  const [kindWord = '', named] = first.split('/');
  const kind = kindOfObject(kindWord);
  const names = named === undefined ? rest.filter((word) => !word.includes('=') && !word.endsWith('-')) : [named];
  const marks = rest.filter((word) => word.includes('=') || word.endsWith('-'));
  if (marks.length === 0 || (names.length === 0 && !isAll)) return undefined;
  const selected = isAll
    ? call.args.filter((arg, at) => /^(-l|--selector)/.test(arg) || /^(-l|--selector)$/.test(call.args[at - 1] ?? ''))
    : [];
  const target = isAll ? [kind, ...selected] : [kind, ...names];
  const item = isAll || names.length > 1 ? 'each' : 'json';
  const holds = marks.map((mark) => markHolds(item, field, mark)).join(' && ');
  const expect = item === 'each' ? `json.items.all(each, ${holds})` : holds;
  const keys = marks.filter((mark) => !mark.endsWith('-')).map((mark) => `${mark.replace(/=.*$/, '')}-`);
  const what = isAll ? `all ${kind}s` : names.join(', ');
  const overwrite = has(call.args, '--overwrite') ? [] : ['--overwrite'];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`${verb} ${isAll ? kind : (names[0] ?? '')}`),
        name: `${verb === 'label' ? 'Label' : 'Annotation'} of ${what}`,
      },
      action: actionOf(call, [...call.args, ...overwrite]),
      health: [
        commandProbe(ask(call, ['get', ...target, '--output', 'json']), {
          name: `${field} of ${what}`,
          expect: `exitCode == 0 && ${expect}`,
        }),
      ],
      ...(keys.length === 0
        ? { leavesNothing: true }
        : {
            undo: {
              run: ask(call, [verb, ...(isAll && selected.length === 0 ? [kind, '--all'] : target), ...keys]),
              absent: [
                commandProbe(ask(call, ['get', ...target, '--ignore-not-found', '--output', 'json']), {
                  expect: goneFrom(item, field, marks),
                }),
              ],
            },
          }),
    },
  };
};

const markHolds = (item: string, field: string, mark: string): string => {
  const [, key = '', value = ''] = /^([^=]+?)(?:=(.*)|-)$/s.exec(mark) ?? [];
  const at = `${item}.metadata.${field}`;
  if (mark.endsWith('-') && !mark.includes('=')) return `!(has(${at}) && ${quoted(key)} in ${at})`;
  return `has(${at}) && ${quoted(key)} in ${at} && ${at}[${quoted(key)}] == ${quoted(value)}`;
};

/** None of them says it any more, or it is gone altogether. */
const goneFrom = (item: string, field: string, marks: readonly string[]): string => {
  const keys = marks.filter((mark) => mark.includes('=')).map((mark) => `${mark.replace(/=.*$/, '')}-`);
  const none = keys.map((key) => markHolds(item, field, key)).join(' && ');
  return `exitCode == 0 && (stdout == "" || ${item === 'each' ? `json.items.all(each, ${none})` : `(${none})`})`;
};

export const taintRule: Rule = (call) => {
  const [, kindWord = '', ...rest] = operands(call.args, valuedAnywhere);
  const isAll = has(call.args, '--all');
  const marks = rest.filter((word) => /[=:]/.test(word) || word.endsWith('-'));
  const names = rest.filter((word) => !marks.includes(word));
  const [mark] = marks;
  if (mark === undefined || kindOfObject(kindWord) !== 'node' || (names.length === 0 && !isAll)) return undefined;
  const key = mark.replace(/[=:].*$|-$/g, '');
  const item = isAll || names.length > 1 ? 'each' : 'json';
  const there = `has(${item}.spec.taints) && ${item}.spec.taints.exists(t, t.key == ${quoted(key)})`;
  const holds = mark.endsWith('-') ? `!(${there})` : there;
  const expect = item === 'each' ? `json.items.all(each, ${holds})` : holds;
  const target = isAll ? ['nodes'] : ['nodes', ...names];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`taint ${isAll ? 'nodes' : (names[0] ?? '')}`),
        name: `Taint ${mark} of ${isAll ? 'all nodes' : names.join(', ')}`,
      },
      // kubectl calls it a mistake to take away what is not there; the check comes first.
      action: actionOf(
        call,
        mark.endsWith('-') || has(call.args, '--overwrite') ? call.args : [...call.args, '--overwrite'],
      ),
      health: [
        commandProbe(ask(call, ['get', ...target, '--output', 'json']), { expect: `exitCode == 0 && ${expect}` }),
      ],
      leavesNothing: true,
    },
  };
};
