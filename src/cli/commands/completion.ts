// `lab completion SHELL`: a script that asks `lab __complete` for what may stand at the cursor, so that it knows steps, runs, inputs.
import { hintOf } from '../../parse/nearest.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { print } from '../../session/print.ts';

const scripts: Readonly<Record<string, string>> = {
  bash: `# bash completion of lab
_lab() {
  # A word may hold = and : without being several words to lab; what is quoted is told without its quotes.
  local line="\${COMP_LINE:0:COMP_POINT}" words
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  local typed="\${words[-1]}"
  words=("\${words[@]//[\\\\\\'\\"]/}")
  local cur="\${words[-1]}" found
  mapfile -t found < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null | cut -f1)
  # The shell itself keeps what stands before the last of its word breaks.
  local before=''
  [[ "$cur" == *=* && "$COMP_WORDBREAKS" == *=* ]] && before="\${cur%"\${cur##*=}"}"
  [[ "$cur" == *:* && "$COMP_WORDBREAKS" == *:* ]] && before="\${cur%"\${cur##*:}"}"
  COMPREPLY=()
  local each rest
  for each in "\${found[@]}"; do
    [[ "$each" == "$cur"* ]] || continue
    rest="\${each#"$before"}"
    [[ "$typed" != [\\'\\"]* && "$rest" == *[!A-Za-z0-9_@%+=:,./-]* ]] && rest="$(printf '%q' "$rest")"
    COMPREPLY+=("$rest")
  done
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _lab lab`,
  zsh: `#compdef lab
# zsh completion of lab
_lab() {
  local -a found
  local line name text
  while IFS=$'\\t' read -r name text; do
    found+=("\${name//:/\\\\:}\${text:+:$text}")
  done < <("\${words[1]}" __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  if (( \${#found} )); then _describe -V lab found -S '' -q; else _files; fi
}
if [[ "$funcstack[1]" == _lab ]]; then _lab "$@"; else compdef _lab lab; fi`,
  fish: `# fish completion of lab
function __lab_complete
  set -l words (string replace -ra "['\\"\\\\\\\\]" '' -- (commandline -opc) (commandline -ct))
  $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c lab -f -a '(__lab_complete)'`,
};

export const completionCommand = async (shell: string): Promise<number> => {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined)
    throw new CliError(exitCode.usage, `There is no completion for ${shell}. ${hintOf(shell, Object.keys(scripts))}`);
  print(script);
  return exitCode.ok;
};
