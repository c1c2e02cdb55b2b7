"""The help of the commands."""

from collections.abc import Iterator

import click
import pytest

from api.cli import _COMMANDS, cli


def groups_and_commands(
    command: click.Command, parent: click.Context | None = None, name: str = "reelmatch"
) -> Iterator[click.Context]:
    context = click.Context(command, parent, info_name=name)
    yield context
    if isinstance(command, click.Group):
        for own in command.list_commands(context):
            child = command.get_command(context, own)
            assert child is not None
            yield from groups_and_commands(child, context, own)


@pytest.mark.parametrize(
    "context", list(groups_and_commands(cli)), ids=lambda context: context.command_path
)
def test_help_is_whole_sentences_and_examples_as_they_are_typed(context: click.Context) -> None:
    _, _, output = context.get_help().partition("\n\n")  # without the usage
    lines = output.splitlines()
    assert not [line for line in lines if "\\b" in line or line.rstrip().endswith("...")]
    examples = [line for line in lines if line.startswith("  reelmatch ")]
    assert not [line for line in examples if line.count("reelmatch ") > 1]


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert _COMMANDS[name] == command.get_short_help_str(200)
