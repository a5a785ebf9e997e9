"""Define the commands for presets: list, show, import, export, delete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.output import Json, emit, errors_as_sentences, read_file, say, table, tell, write_file
from technic_scanner.runs.model import Preset
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

app = typer.Typer(no_args_is_help=True, help="Saved scan configurations.")


@app.command("list")
def list_presets(as_json: Json = False) -> None:
    """List the shipped and the saved presets."""
    with errors_as_sentences(), build() as services:
        presets = services.service.presets()
        if as_json:
            emit([_to_dict(preset) for preset in presets])
        else:
            rows = [(p.name, "shipped" if p.builtin else f"v{p.version}", p.description) for p in presets]
            table("Presets", ("Name", "Kind", "Description"), rows)
            for preset in presets:
                if preset.request_fault is not None:
                    say(f"Preset {preset.name!r} cannot be used: {preset.request_fault}.")


@app.command()
def show(name: str, as_json: Json = False) -> None:
    """Print one preset as JSON, in the form that import accepts; on one line with --json."""
    with errors_as_sentences(), build() as services:
        text = services.service.export_preset(name)
        if as_json:
            emit(json.loads(text))
        else:
            typer.echo(text, nl=False)


@app.command()
def export(
    name: str,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    as_json: Json = False,
) -> None:
    """Write one preset to a JSON file."""
    with errors_as_sentences(), build() as services:
        write_file(output, services.service.export_preset(name).encode())
        tell({"name": name, "output": str(output)}, f"Preset {name!r} written to {output}.", as_json=as_json)


@app.command("import")
def import_preset(file: Path, as_json: Json = False) -> None:
    """Save the preset of a JSON file; an existing preset with the same name is not overwritten."""
    with errors_as_sentences():
        text = read_file("file", file)
        with build() as services:
            preset = services.service.import_preset(text)
        tell(_to_dict(preset), f"Preset {preset.name!r} saved.", as_json=as_json)


@app.command()
def delete(name: str, as_json: Json = False) -> None:
    """Delete a saved preset."""
    with errors_as_sentences(), build() as services:
        services.service.delete_preset(name)
        tell({"name": name, "deleted": True}, f"Preset {name!r} deleted.", as_json=as_json)


def _to_dict(preset: Preset) -> dict[str, object]:
    return {
        "name": preset.name,
        "description": preset.description,
        "version": preset.version,
        "builtin": preset.builtin,
        "unreadable": [str(problem) for problem in preset.unreadable],
        "unknown_fields": list(preset.unknown_fields),
        "config": None if preset.readable_config is None else config_to_dict(preset.config),
        "options": None if preset.readable_options is None else options_to_dict(preset.options),
    }
