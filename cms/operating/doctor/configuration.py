"""The variables a newsroom is configured by."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from cms.database.config import dialect_of, sqlite_path
from cms.database.errors import DatabaseError
from cms.operating.doctor.findings import Finding, reason
from cms.settings import Settings

PREFIX = "POLYFOCAL_"


def examine_configuration(environ: Mapping[str, str], env_file: Path) -> tuple[Settings | None, list[Finding]]:
    """The settings, None if there are none to go on with, and what is wrong with them."""
    findings: list[Finding] = []
    try:
        in_file = {name.upper() for name in dotenv_values(env_file)} if env_file.is_file() else set()
    except (OSError, UnicodeError) as error:
        in_file = set()
        findings.append(Finding("settings", f"{env_file} cannot be read: {reason(error)}.", "Mend the file."))
    findings += _unknown({name.upper() for name in environ} | in_file)
    try:
        settings = Settings()
    except ValidationError as error:
        return None, [*findings, *_unparsable(error)]
    except (OSError, UnicodeError, ValueError) as error:
        return None, [*findings, Finding("settings", f"{reason(error)}.", "Mend the value.")]
    try:
        if dialect_of(settings.database) == "sqlite":
            sqlite_path(settings.database)
    except (DatabaseError, ValueError) as error:
        return None, [*findings, Finding("settings", f"{reason(error)}.", f"Mend {PREFIX}DATABASE_URL.")]
    if not findings:
        findings.append(Finding("settings", "every POLYFOCAL_ variable is known and can be read."))
    return settings, [*findings, _data_folder(settings.data_dir.absolute())]


def _unknown(names: set[str]) -> Iterator[Finding]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(name for name in names if name.startswith(PREFIX) and name not in known):
        near = get_close_matches(name, known, 1)
        remedy = f"Did you mean {near[0]}?" if near else "Remove it."
        yield Finding("settings", f"{name} is no setting.", remedy)


def _unparsable(error: ValidationError) -> Iterator[Finding]:
    for each in error.errors():
        field = str(each["loc"][0]) if each["loc"] else ""
        wanted = Settings.model_fields[field].description if field in Settings.model_fields else ""
        # The value may be a password in a URL; it is not repeated.
        yield Finding("settings", f"{PREFIX}{field.upper()}: {each['msg']}.", f"It is: {wanted}")


def _data_folder(folder: Path) -> Finding:
    try:
        return _examine_folder(folder)
    except OSError as error:  # a folder above may not be searched
        return Finding("data folder", f"{reason(error)}.", f"Let this user read it, or set {PREFIX}DATA_DIR.")


def _examine_folder(folder: Path) -> Finding:
    about = "data folder"
    if folder.exists():
        if not folder.is_dir():
            return Finding(about, f"{folder} is not a folder.", f"Move it away, or set {PREFIX}DATA_DIR.")
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return Finding(about, f"{folder} cannot be written.", "Give it to the user that Polyfocal runs as.")
        return Finding(about, f"{folder} can be written.")
    parent = next(parent for parent in folder.parents if parent.exists())
    if not os.access(parent, os.W_OK | os.X_OK):
        return Finding(about, f"{folder} cannot be made.", f"Make it, or let this user write in {parent}.")
    return Finding(about, f"{folder} will be made at the first start.")
