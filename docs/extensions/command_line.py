"""Directive ``command-line``: what ``--help`` says of every command."""

from __future__ import annotations

import click
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from sarcomere.cli import main

WIDTH = 100  # characters


class CommandLine(Directive):
    """Takes nothing; a section for each command."""

    def run(self) -> list[nodes.Node]:
        """Write the sections."""
        sections: list[nodes.Node] = []
        for name in main.commands:
            section = nodes.section(ids=[f"sarcomere-{name}"], names=[f"sarcomere-{name}"])
            section += nodes.title(text=f"sarcomere {name}")
            section += nodes.literal_block(text=help_of(main.commands[name]), language="none")
            self.state.document.note_explicit_target(section)
            sections.append(section)
        return sections


def help_of(command: click.Command) -> str:
    """Help as it stands on a screen; that of a group, and then of all in it."""
    parent = click.Context(main, info_name="sarcomere")
    context = click.Context(command, info_name=command.name, parent=parent, terminal_width=WIDTH)
    texts = [command.get_help(context)]
    for inner in getattr(command, "commands", {}).values():
        texts.append(inner.get_help(click.Context(inner, info_name=inner.name, parent=context, terminal_width=WIDTH)))
    return "\n\n".join(texts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
