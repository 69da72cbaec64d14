"""The command line: names, short texts and where each command is; a command's imports happen when it runs."""

import warnings
from importlib import import_module

import click

_COMMANDS = {
    "up": ("up", "Run everything on this machine: database, API, Dagster."),
    "brand": ("brand", "Create, list, show, import and delete brands."),
    "source": ("source", "Add and list the places a brand is collected from."),
    "compile": ("compile", "Compile a brand's profile now."),
    "today": ("today", "Show what a brand could publish next."),
    "export": ("export", "Print a profile for use elsewhere: document, values, prompt, linked data."),
    "check": ("check", "Check a draft against a brand's profile."),
    "trace": ("trace", "Show where a field of a profile comes from, down to the raw row."),
    "verify": ("verify", "Check every citation of a snapshot."),
    "recompile": ("recompile", "Build a past snapshot again and compare."),
    "status": ("status", "Show a brand's sources, compile, profile and cost."),
    "costs": ("costs", "Show what a brand has cost, by compile."),
    "normalize": ("normalize", "Show the evidence items of a dataset file."),
    "api": ("api", "Serve the HTTP API."),
    "mcp": ("mcp", "Serve profiles to agents over the Model Context Protocol, read-only."),
    "token": ("api_tokens", "Create, list and revoke the tokens of the API."),
    "apify-replay": ("apify_replay", "Serve dataset files as Apify would, for trials and tests."),
    "sql": ("sql", "Ask the lake a question in SQL, read-only."),
    "doctor": ("doctor", "Say what is configured, what is reachable and what is missing."),
}


class _LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used, so that --help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"brandbrain_dagster.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup)
@click.version_option(package_name="brandbrain-dagster", prog_name="brandbrain")
def main() -> None:
    """BrandBrain keeps a trustworthy, always-current brand profile for every brand.

    Exit codes: 0 it worked; 1 the work failed; 2 something given is wrong; 3 something needed is out of reach.
    """
    # Dagster says of parts of itself, at every start, that they may change; its version is locked.
    warnings.filterwarnings("ignore", message=".*is currently in (beta|preview)")
