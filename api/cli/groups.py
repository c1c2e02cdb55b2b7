"""Groups of commands, listed with whole sentences."""

import click

_WHOLE = 200  # characters; click would cut sentences to fit one line


class Group(click.Group):
    """A group whose help wraps what it says of each command instead of cutting it off."""

    def sentences(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the commands and what each says of itself."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, command.get_short_help_str(_WHOLE)) for name, command in commands if command]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self.sentences(ctx))
