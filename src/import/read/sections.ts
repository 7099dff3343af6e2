// What a stretch of text is for: what stands before the lab, builds it, looks at it, tries something with it, or takes it away. The nearest
// words count most: the paragraph above, then the heading, then the heading above that.
import type { Excerpt } from './source.ts';

export type Purpose = 'requirements' | 'deploy' | 'verify' | 'exercise' | 'revert' | 'teardown' | 'other';

export interface Section {
  readonly purpose: Purpose;
  /** Which exercise it belongs to: the heading it stands under. */
  readonly exercise: string;
}

const before =
  /pre-?requisit|requirement|before (you|we|starting)|dependenc|prepar(e|ing|ation)|host set ?up|install(ing|ation of)? (the )?(tools?|docker|containerlab|kind|minikube|helm|kubectl|go|ansible|netlab|packages)\b|what you need|apple silicon/i;
const away =
  /\b(delet(e|ing)|destroy(ing)?|tear(ing)?[ -]?down|clean(ing)?[ -]?(up)?|remov(e|ing|al)|shut(ting)? ?down|uninstall|undeploy|stop(ping)? the lab|wipe)\b/i;
const tries =
  /\b(exercises?|scenarios?|experiment|challenges?|tasks? \d|fail[ -]?over|failures?|outage|chaos|simulat\w*|traffic (gen\w*|engineering)|demo(nstration)?|play(ing)? (around|with)|hacking|optional|going further|next steps|try (it|this)|prepend|local[_ -]?pref|restarting just|running against)\b/i;
const looks =
  /\b(test(s|ing)?|verif(y|ying|ication)|check(s|ing)?|validat(e|ion|ing)|status|explor\w*|results?|observ\w*|access(ing)?|connect(ing)?|log(ging)? ?in(to)?|troubleshoot\w*|inspect|details?|debug\w*|monitor\w*|baseline|evidence)\b/i;
const builds =
  /\b(deploy\w*|install\w*|set[ -]?(it )?up|setup|quick ?-?start|getting started|start\w*|launch\w*|run(ning)?|usage|how to|bring\w*|build\w*|creat\w*|configur\w*|step|phase|lifecycle|provision\w*|lab|enable|apply|up)\b/i;

const takesBack =
  /\b(to|how to) (revert|undo|restore|roll ?back|go back)\b|^\W*(revert|undo|rollback|restore)\b|bring (it|them|the \w+) back|reset (it|the \w+)\b|\bstop the traffic\b/i;

const ofHeading = (text: string): Purpose | undefined => {
  if (takesBack.test(text)) return 'revert';
  if (tries.test(text)) return 'exercise';
  if (before.test(text)) return 'requirements';
  if (away.test(text)) return 'teardown';
  if (looks.test(text) && !/^(deploy|install|start|quick)/i.test(text)) return 'verify';
  return builds.test(text) ? 'deploy' : undefined;
};

/** Only what is said beyond doubt: a paragraph says many things. */
const ofLead = (text: string): Purpose | undefined => {
  const last = text.split(/(?<=[.!?])\s+/).at(-1) ?? '';
  if (takesBack.test(last)) return 'revert';
  if (last.length > 160) return undefined;
  if (
    /^\W*(to )?(remove|destroy|delete|tear ?down|clean ?up|stop)\b/i.test(last) ||
    /\b(done|finished)\b.*\b(remove|destroy|delete|clean)\b/i.test(last)
  )
    return 'teardown';
  if (
    /^\W*(to )?(verify|check|confirm|test|see|look|inspect)\b|\bverify (on|with|that|symmetric)\b|^\W*verify\b/i.test(
      last,
    )
  )
    return 'verify';
  return undefined;
};

export const sectionOf = (excerpt: Excerpt, all: readonly Excerpt[]): Section => {
  const headings = [...excerpt.headings].reverse();
  const nearest = headings.map(ofHeading);
  const own = nearest.find((purpose) => purpose !== undefined) ?? 'other';
  const lead = ofLead(excerpt.lead);
  const at = nearest.indexOf('exercise');
  const belongs = at !== -1 || isReverted(excerpt, all);
  // In an exercise a check is part of it, and what takes it back is told by its paragraph.
  const exercise = at === -1 ? (headings[0] ?? '') : (headings.slice(0, at + 1)[0] ?? '');
  if (nearest.slice(1).includes('requirements') && own !== 'teardown' && !belongs)
    return { purpose: 'requirements', exercise };
  if (lead === 'revert' || own === 'revert') return { purpose: belongs ? 'revert' : 'other', exercise };
  if (belongs && own !== 'teardown' && own !== 'requirements')
    return { purpose: /\bbaseline\b/i.test(exercise) ? 'verify' : 'exercise', exercise };
  if (lead === 'teardown' && own !== 'requirements') return { purpose: 'teardown', exercise };
  if (lead === 'verify' && own !== 'requirements' && own !== 'teardown') return { purpose: 'verify', exercise };
  return { purpose: own, exercise };
};

/** Under its heading something is taken back: then what was done before is an exercise, whatever the heading says. */
const isReverted = ({ headings, file }: Excerpt, all: readonly Excerpt[]): boolean =>
  headings.length > 1 &&
  all.some(
    (each) =>
      each.file === file &&
      ofLead(each.lead) === 'revert' &&
      each.headings.length === headings.length &&
      each.headings.every((text, at) => text === headings[at]),
  );

/** By the name of a script or a target of a Makefile. */
export const purposeOfName = (name: string): Purpose => {
  const words = name.toLowerCase().replaceAll(/[^a-z]+/g, ' ');
  if (/\b(revert|undo|restore)\b/.test(words)) return 'revert';
  if (/\b(clean\w*|destroy|teardown|tear down|down|delete|remove|uninstall|stop|purge|reset|del)\b/.test(words))
    return 'teardown';
  if (/\b(test|tests|verify|check|validate|status|show|inspect|ping|smoke)\b/.test(words)) return 'verify';
  if (/\b(prereq\w*|requirements|deps|install tools)\b/.test(words)) return 'requirements';
  if (
    /\b(all|deploy\w*|up|start|create|build|install|setup|set up|run|init|bootstrap|lab|cluster|apply|launch|default|main|net|topology|kind|cilium|images?)\b/.test(
      words,
    )
  )
    return 'deploy';
  return 'other';
};
