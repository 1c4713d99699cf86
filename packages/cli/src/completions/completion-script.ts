import type { DescribedCommand } from './describe-commands.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

export const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish'];

export function isShellName(name: string): name is ShellName {
  return (SHELLS as readonly string[]).includes(name);
}

/**
 * Writes a script that completes commands and options. It holds them all, so that a completion starts no program and opens no
 * connection; write it again after an update.
 */
export function completionScript(shell: ShellName, commands: readonly DescribedCommand[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

/** One line of words for each command: its path, a tab, what can follow. */
function casesOf(commands: readonly DescribedCommand[]): readonly string[] {
  return commands.map(({ path, options, commands: names }) => {
    const words = [...names, ...options.map(({ name }) => name), '--help'];
    return `    '${path.join(' ')}') words='${words.join(' ')}' ;;`;
  });
}

/** Words of the command line that name a command, also of two words. */
function pathsOf(commands: readonly DescribedCommand[]): string {
  return commands
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `'${path.join(' ')}'`)
    .join('|');
}

function bashScript(commands: readonly DescribedCommand[]): string {
  return `# Completions of millrace for bash. Add to ~/.bashrc:
#   source <(npx millrace completions bash)
_millrace() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
    ${pathsOf(commands)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${casesOf(commands).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _millrace millrace
`;
}

function zshScript(commands: readonly DescribedCommand[]): string {
  const cases = commands.map(({ path, options, commands: names }) => {
    const summaryOf = (name: string): string =>
      commands.find((one) => one.path.join(' ') === [...path, name].join(' '))?.summary ?? '';
    const words = [
      ...names.map((name) => described(name, summaryOf(name))),
      ...options.map(({ name, summary }) => described(name, summary)),
      described('--help', 'print help'),
    ];
    return `    '${path.join(' ')}') choices=(${words.join(' ')}) ;;`;
  });
  return `#compdef millrace
# Completions of millrace for zsh. Add to ~/.zshrc, after compinit:
#   source <(npx millrace completions zsh)
_millrace() {
  local taken='' word
  local -a before choices
  before=("\${(@)words[2,CURRENT-1]}")
  for word in "\${before[@]}"; do
    case "\${taken:+$taken }$word" in
    ${pathsOf(commands)}) taken="\${taken:+$taken }$word" ;;
    esac
  done
  case "$taken" in
${cases.join('\n')}
  esac
  _describe 'millrace' choices || _files
}
compdef _millrace millrace
`;
}

/** A word and its summary, as zsh's \`_describe\` takes them: a colon separates the two. */
function described(name: string, summary: string): string {
  return quoted(`${name.replaceAll(':', String.raw`\:`)}:${summary}`);
}

function fishScript(commands: readonly DescribedCommand[]): string {
  const lines = commands.flatMap(({ path, options, commands: names }) => {
    const condition = fishQuoted(`__millrace_at ${path.join(' ')}`.trim());
    const summaryOf = (name: string): string =>
      commands.find((one) => one.path.join(' ') === [...path, name].join(' '))?.summary ?? '';
    return [
      ...names.map((name) => `complete -c millrace -f -n ${condition} -a ${name} -d ${fishQuoted(summaryOf(name))}`),
      ...options.map(
        ({ name, summary, takesValue }) =>
          `complete -c millrace -n ${condition} -l ${name.slice(2)}${takesValue ? ' -r' : ''} -d ${fishQuoted(summary)}`,
      ),
    ];
  });
  const all = commands.filter(({ path }) => path.length > 0).map(({ path }) => fishQuoted(path.join(' ')));
  return `# Completions of millrace for fish. Write to ~/.config/fish/completions/millrace.fish
function __millrace_at
  set -l taken
  set -l before (commandline -opc)
  for word in $before[2..-1]
    set -l longer (string join ' ' $taken $word)
    if contains -- $longer ${all.join(' ')}
      set taken $longer
    end
  end
  test "$taken" = "$argv"
end
${lines.join('\n')}
`;
}

/** Quotes for bash and zsh, where a backslash within single quotes is just that. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Quotes for fish, where a backslash within single quotes escapes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
