"""``sightline completion``: the script that completes words in a shell."""

import os

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

_SHELLS = ("bash", "zsh", "fish")

# Bash splits words at '=' and ':', which settings and facets contain, and replaces only the last
# part. So the whole line is handed over, and what stands before that part is left out of the reply.
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' response type value
    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
%(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            compopt -o default
        else
            COMPREPLY+=("$value")
            [[ $value == *= ]] && compopt -o nospace
        fi
    done
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    source_template = _BASH

    def source(self) -> str:
        """Write the script without asking which bash there is."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """Split the line as far as it is written, but not at the word breaks of bash."""
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)
        if not line or line[-1].isspace():
            words.append("")
        breaks = [sign for sign in "=:" if sign in os.environ.get("COMP_WORDBREAKS", "=:")]
        self._kept = max((words[-1].rfind(sign) + 1 for sign in breaks), default=0)
        if words[-1].startswith("--") and "=" in words[-1]:
            self._kept -= words[-1].index("=") + 1  # click leaves the option's name out itself
        return words[1:-1], words[-1]

    def format_completion(self, item: "CompletionItem[str]") -> str:
        """Write what takes the place of the last part."""
        return f"{item.type},{item.value[max(self._kept, 0) :]}"


def register() -> None:
    """Let click complete for bash as this module does."""
    add_completion_class(_Bash)


@click.command(name="completion")
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> None:
    """Print the script that completes commands, options, facets, values and tokens.

    \b
    bash   add to ~/.bashrc: eval "$(sightline completion bash)"
    zsh    add to ~/.zshrc: eval "$(sightline completion zsh)"
    fish   sightline completion fish > ~/.config/fish/completions/sightline.fish
    """
    from sightline.cli import COMPLETE, cli

    register()
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "sightline", COMPLETE).source(), nl=False)
