"""Groups of commands, listed with whole sentences."""

import click

_WHOLE = 200  # characters; click would cut sentences to fit one line


class Group(click.Group):
    """A group whose help wraps what it says of each command instead of cutting it off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [
            (name, command.get_short_help_str(_WHOLE))
            for name, command in commands.items()
            if command is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
